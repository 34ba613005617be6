//! Plots as SVG, by hand: lines over steps, and bars in pairs.

use std::fmt::Write as _;

/// Width and height of a plot, and the room around it for words.
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 44.0;

/// One way's values, in the order of the steps; `None` where it was not measured.
pub struct Series {
    pub name: &'static str,
    /// Its name in two words at most.
    pub short: &'static str,
    /// Its colour: a class of the page's style.
    pub class: String,
    pub values: Vec<Option<f64>>,
}

/// An axis of values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Linear,
    Log,
}

struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
}

impl Axis {
    fn over(scale: Scale, values: impl Iterator<Item = f64> + Clone) -> Axis {
        let high = values.clone().fold(f64::MIN_POSITIVE, f64::max);
        match scale {
            Scale::Linear => Axis { scale, low: 0.0, high: step(high / 5.0) * (high / step(high / 5.0)).ceil() },
            Scale::Log => {
                let low = values.filter(|value| *value > 0.0).fold(f64::MAX, f64::min).min(high);
                Axis { scale, low: 10f64.powf(low.log10().floor()), high: 10f64.powf(high.log10().ceil()) }
            }
        }
    }

    fn at(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => value / self.high,
            Scale::Log => {
                let span = (self.high.log10() - self.low.log10()).max(f64::EPSILON);
                (value.max(self.low).log10() - self.low.log10()) / span
            }
        };
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }

    fn ticks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => {
                let step = step(self.high / 5.0);
                (0..=5).map(|n| f64::from(n) * step).filter(|tick| *tick <= self.high * 1.001).collect()
            }
            Scale::Log => {
                let (from, to) = (self.low.log10().round() as i32, self.high.log10().round() as i32);
                (from..=to).map(|power| 10f64.powi(power)).collect()
            }
        }
    }
}

/// A round number not below that.
fn step(least: f64) -> f64 {
    let power = 10f64.powf(least.max(f64::MIN_POSITIVE).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|step| *step >= least).unwrap_or(power * 10.0)
}

/// A number with as many digits as one wants to read.
pub fn short(value: f64) -> String {
    match value {
        _ if value >= 10_000.0 => format!("{:.0}k", value / 1e3),
        _ if value >= 1_000.0 => format!("{:.1}k", value / 1e3),
        _ if value >= 100.0 || value == value.trunc() => format!("{value:.0}"),
        _ if value >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn frame(axis: &Axis, unit: &str, label: &str) -> String {
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{label}\">");
    for tick in axis.ticks() {
        let y = axis.at(tick);
        let _ = write!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text class=\"tick\" text-anchor=\"end\" x=\"{}\" y=\"{:.1}\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            y + 4.0,
            short(tick)
        );
    }
    if !unit.is_empty() {
        let _ = write!(out, "<text class=\"tick\" x=\"4\" y=\"12\">{unit}</text>");
    }
    out
}

/// Lines over steps of equal width.
pub fn lines(label: &str, steps: &[String], of_steps: &str, unit: &str, scale: Scale, series: &[Series]) -> String {
    let axis = Axis::over(scale, series.iter().flat_map(|one| one.values.iter().flatten().copied()));
    let mut out = frame(&axis, unit, label);
    let x = |at: usize| LEFT + (at as f64 + 0.5) * (WIDTH - LEFT - RIGHT) / steps.len() as f64;
    for (at, step) in steps.iter().enumerate() {
        let _ = write!(
            out,
            "<text class=\"tick\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{}\">{step}</text>",
            x(at),
            HEIGHT - BOTTOM + 18.0
        );
    }
    let _ = write!(
        out,
        "<text class=\"tick\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{of_steps}</text>",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 8.0
    );
    for one in series {
        let points: Vec<(f64, f64, f64)> = one
            .values
            .iter()
            .enumerate()
            .filter_map(|(at, value)| value.map(|value| (x(at), axis.at(value), value)))
            .collect();
        let path: Vec<String> = points.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
        let _ = write!(out, "<polyline class=\"line {}\" points=\"{}\"/>", one.class, path.join(" "));
        for (x, y, value) in points {
            let _ = write!(
                out,
                "<circle class=\"dot {}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"><title>{}: {} {unit}</title></circle>",
                one.class,
                one.name,
                short(value)
            );
        }
    }
    out + "</svg>"
}

/// For each way two bars: before, and after.
pub fn pairs(label: &str, names: [&str; 2], unit: &str, series: &[Series]) -> String {
    let axis = Axis::over(Scale::Log, series.iter().flat_map(|one| one.values.iter().flatten().copied()));
    let mut out = frame(&axis, unit, label);
    let room = (WIDTH - LEFT - RIGHT) / series.len() as f64;
    let bar = (room / 3.2).min(40.0);
    for (at, one) in series.iter().enumerate() {
        let middle = LEFT + (at as f64 + 0.5) * room;
        for (which, value) in one.values.iter().enumerate() {
            let Some(value) = value else { continue };
            let (x, y) = (middle + (which as f64 - 1.0) * bar + which as f64 * 2.0 - 1.0, axis.at(*value));
            let _ = write!(
                out,
                "<rect class=\"bar {} {}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{bar:.1}\" height=\"{:.1}\"><title>{}, {}: {} {unit}</title></rect>\
                 <text class=\"tick\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                one.class,
                if which == 0 { "faint" } else { "" },
                (HEIGHT - BOTTOM - y).max(0.5),
                one.name,
                names.get(which).unwrap_or(&""),
                short(*value),
                x + bar / 2.0,
                y - 4.0,
                short(*value),
            );
        }
        let _ = write!(
            out,
            "<text class=\"tick\" text-anchor=\"middle\" x=\"{middle:.1}\" y=\"{:.1}\">{}</text>",
            HEIGHT - BOTTOM + 18.0,
            one.short
        );
    }
    out + "</svg>"
}
