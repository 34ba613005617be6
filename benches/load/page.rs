//! The results as a page: plots, and every figure below them. Light or dark, as the reader's machine has it.

use std::fmt::Write as _;

use crate::parts::Figure;
use crate::plot::{Scale, Series, lines, pairs};
use crate::report::{HEAD, Report, WORDS, cells, ways};
use crate::session::Way;
use crate::workload::{self, Workload};

/// The whole page.
pub fn page(report: &Report) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>orgfold under load</title><style>{STYLE}{}</style><h1>orgfold under load</h1><p class=\"by\">{}<br>\
         <code>{}</code></p><p class=\"by\">{} answers were the same in every way before the load; {} laws held after it.</p>{}",
        colours(),
        report.about(),
        report.command(),
        report.compared,
        report.held,
        legend(report)
    );
    clients(&mut out, &report.clients);
    rates(&mut out, &report.rates);
    hostile(&mut out, &report.hostile);
    orgs(&mut out, &report.orgs);
    out + "</html>\n"
}

fn section(out: &mut String, title: &str, text: &str) {
    let _ = write!(out, "<h2>{title}</h2><p>{text}</p>");
}

fn plot(out: &mut String, title: &str, unit: &str, svg: &str) {
    let _ = write!(out, "<figure><figcaption><b>{title}</b> <span>{unit}</span></figcaption>{svg}</figure>");
}

fn names(steps: &[f64]) -> Vec<String> {
    steps.iter().map(|step| format!("{step:.0}")).collect()
}

fn clients(out: &mut String, figures: &[Figure]) {
    if figures.is_empty() {
        return;
    }
    section(out, "Throughput and latency by clients", "Each client asks again when it is answered.");
    for workload in &workload::ALL {
        let of: Vec<&Figure> = figures.iter().filter(|one| one.of == workload.name).collect();
        if of.is_empty() {
            continue;
        }
        let dashed = if workload.objects { ". Dashed: the same on native tables" } else { "" };
        let _ = write!(out, "<h3>{}</h3><p>{}{dashed}</p><div class=\"plots\">", workload.name, workload.about);
        let steps = steps(&of, |one| one.clients as f64);
        for (title, unit, scale, value) in [
            (
                "Throughput",
                "transactions a second, higher is better",
                Scale::Linear,
                (|one| one.rate) as fn(&Figure) -> f64,
            ),
            ("99th percentile", "ms, lower is better", Scale::Log, |one| one.p99),
        ] {
            let mut series = series(&of, &steps, |one| one.clients as f64, value);
            series.extend(beside(workload, figures, &steps, value));
            plot(out, title, unit, &lines(title, &names(&steps), "clients", "", scale, &series));
        }
        *out += "</div>";
        kinds(out, &of);
    }
    *out += &table(figures);
}

/// Objects are shown beside the same on native tables, in dashes.
fn beside(workload: &Workload, figures: &[Figure], steps: &[f64], value: fn(&Figure) -> f64) -> Vec<Series> {
    if !workload.objects {
        return Vec::new();
    }
    let native: Vec<&Figure> = figures
        .iter()
        .filter(|one| one.of == "native" && Way::ALL.iter().any(|way| way.folds() && way.name() == one.way))
        .collect();
    let mut out = series(&native, steps, |one| one.clients as f64, value);
    out.iter_mut().for_each(|one| one.class.push_str(" dashed"));
    out
}

/// Each kind of transaction, at the largest number of clients.
fn kinds(out: &mut String, figures: &[&Figure]) {
    let most = figures.iter().map(|one| one.clients).max().unwrap_or(0);
    let figures: Vec<&&Figure> = figures.iter().filter(|one| one.clients == most && !one.kinds.is_empty()).collect();
    let mut kinds: Vec<&str> = figures.iter().flat_map(|one| one.kinds.iter().map(|kind| kind.kind)).collect();
    kinds.sort_by_key(|kind| (kind.len(), *kind));
    kinds.dedup();
    if kinds.is_empty() {
        return;
    }
    let head: String = kinds.iter().map(|kind| format!("<th>{kind}</th>")).collect();
    let row = |one: &&&Figure| {
        let cell = |kind: &&str| {
            let found = one.kinds.iter().find(|found| found.kind == *kind);
            found
                .map_or_else(|| "<td></td>".to_owned(), |found| format!("<td>{:.2} / {:.1}</td>", found.p50, found.p99))
        };
        let cells: String = kinds.iter().map(cell).collect();
        format!("<tr><td class=\"word\"><i class=\"{}\"></i>{}</td>{cells}</tr>", class(one.way), one.way)
    };
    let rows: String = figures.iter().map(row).collect();
    let _ = write!(
        out,
        "<details><summary>Each kind: median / 99th percentile in ms, {most} clients</summary><div class=\"wide\"><table>\
         <thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    );
}

fn rates(out: &mut String, figures: &[Figure]) {
    if figures.is_empty() {
        return;
    }
    section(
        out,
        "Latency by load",
        "Transactions of the mix <b>crud</b> begin at a fixed rate, whether or not earlier ones have ended; latency counts from \
         when one was due.",
    );
    *out += "<div class=\"plots\">";
    let all: Vec<&Figure> = figures.iter().collect();
    let steps = steps(&all, |one| one.asked);
    for (name, value) in [("Median", (|one| one.p50) as fn(&Figure) -> f64), ("99th percentile", |one| one.p99)] {
        let series = series(&all, &steps, |one| one.asked, value);
        let svg = lines(name, &names(&steps), "transactions a second asked for", "", Scale::Log, &series);
        plot(out, name, "ms, lower is better", &svg);
    }
    *out += "</div>";
    *out += &table(figures);
}

fn hostile(out: &mut String, figures: &[Figure]) {
    if figures.is_empty() {
        return;
    }
    section(
        out,
        "A quiet org beside a hostile one",
        "The quiet org's 99th percentile alone (faint) and while another org does its worst. Equal is best.",
    );
    *out += "<div class=\"plots\">";
    let mut harms: Vec<&str> = figures.iter().map(|one| one.of.as_str()).collect();
    harms.dedup();
    for harm in harms {
        let of = |way: &str, pace: &str| {
            figures.iter().find(|one| one.of == harm && one.way == way && one.pace == pace).map(|one| one.p99)
        };
        let series: Vec<Series> = ways(figures.iter().filter(|one| one.of == harm))
            .into_iter()
            .map(|way| Series {
                name: way,
                short: short(way),
                class: class(way),
                values: vec![of(way, "alone"), of(way, "beside")],
            })
            .collect();
        plot(out, harm, "ms, lower is better", &pairs(harm, ["alone", "beside"], "", &series));
    }
    *out += "</div>";
    *out += &table(figures);
}

fn orgs(out: &mut String, figures: &[Figure]) {
    if figures.is_empty() {
        return;
    }
    section(out, "By number of orgs", "The mix <b>crud</b>, 32 clients, orgs of Zipf sizes.");
    *out += "<div class=\"plots\">";
    let all: Vec<&Figure> = figures.iter().collect();
    let steps = steps(&all, |one| one.orgs as f64);
    for (title, unit, scale, value) in [
        (
            "Throughput",
            "transactions a second, higher is better",
            Scale::Linear,
            (|one| one.rate) as fn(&Figure) -> f64,
        ),
        ("99th percentile", "ms, lower is better", Scale::Log, |one| one.p99),
    ] {
        let series = series(&all, &steps, |one| one.orgs as f64, value);
        plot(out, title, unit, &lines(title, &names(&steps), "orgs", "", scale, &series));
    }
    *out += "</div>";
    *out += &table(figures);
}

fn steps(figures: &[&Figure], of: impl Fn(&Figure) -> f64) -> Vec<f64> {
    let mut steps: Vec<f64> = figures.iter().map(|one| of(one)).collect();
    steps.sort_by(f64::total_cmp);
    steps.dedup();
    steps
}

fn series(
    figures: &[&Figure],
    steps: &[f64],
    of: impl Fn(&Figure) -> f64,
    value: impl Fn(&Figure) -> f64,
) -> Vec<Series> {
    let at = |way: &str, step: f64| figures.iter().find(|one| one.way == way && of(one) == step).map(|one| value(one));
    ways(figures.iter().copied())
        .into_iter()
        .map(|way| Series {
            name: way,
            short: short(way),
            class: class(way),
            values: steps.iter().map(|step| at(way, *step)).collect(),
        })
        .collect()
}

fn short(way: &str) -> &'static str {
    Way::ALL.into_iter().find(|one| one.name() == way).map_or("", Way::short)
}

/// A way's colour, the same in every plot.
fn class(way: &str) -> String {
    format!("way{}", Way::ALL.iter().position(|one| one.name() == way).unwrap_or(0))
}

/// Light and dark colours of the ways.
const COLOURS: [(&str, &str); Way::ALL.len()] = [
    ("#98a2b3", "#667085"),
    ("#475467", "#b4bccb"),
    ("#d97706", "#f5a524"),
    ("#b42318", "#f97066"),
    ("#7a5af8", "#a48afb"),
    ("#0e9384", "#2ed3b7"),
    ("#2563eb", "#6ea0ff"),
];

fn colours() -> String {
    let all = |of: fn(&(&'static str, &'static str)) -> &'static str| -> String {
        COLOURS.iter().enumerate().map(|(at, pair)| format!("--way{at}:{};", of(pair))).collect()
    };
    let rules: String = (0..COLOURS.len())
        .map(|at| {
            format!(
                ".way{at}{{stroke:var(--way{at})}}.dot.way{at},.bar.way{at}{{fill:var(--way{at})}}i.way{at}{{background:var(--way{at})}}"
            )
        })
        .collect();
    format!(
        ":root{{{}}}@media (prefers-color-scheme: dark){{:root{{{}}}}}{rules}",
        all(|pair| pair.0),
        all(|pair| pair.1)
    )
}

fn legend(report: &Report) -> String {
    let items: Vec<String> = ways(report.all())
        .into_iter()
        .map(|way| format!("<span><i class=\"{}\"></i>{way}</span>", class(way)))
        .collect();
    format!("<p class=\"legend\">{}</p>", items.join(""))
}

fn table(figures: &[Figure]) -> String {
    let row = |cells: Vec<String>, tag: &str| {
        let cells: Vec<String> = cells
            .into_iter()
            .enumerate()
            .map(|(at, cell)| format!("<{tag}{}>{cell}</{tag}>", if at < WORDS { " class=\"word\"" } else { "" }))
            .collect();
        format!("<tr>{}</tr>", cells.concat())
    };
    let head = row(HEAD.iter().map(|word| (*word).to_owned()).collect(), "th");
    let rows: Vec<String> = figures.iter().map(|figure| row(cells(figure), "td")).collect();
    format!(
        "<details><summary>All figures</summary><div class=\"wide\"><table><thead>{head}</thead><tbody>{}</tbody></table></div></details>",
        rows.concat()
    )
}

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d2129; --soft: #667085; --rule: #e4e7ec; --paper: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e9ee; --soft: #98a2b3; --rule: #2b3240; --paper: #12161d;
} }
body { margin: 2rem auto; max-width: 1240px; padding: 0 1.5rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { margin-bottom: .2rem; } h2 { margin: 2.2rem 0 .2rem; } p { margin: .3rem 0 1rem; max-width: 70ch; } .by { color: var(--soft); max-width: none; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); gap: 1.2rem; }
figure { margin: 0; padding: 1rem; border: 1px solid var(--rule); border-radius: 10px; } figcaption { margin-bottom: .5rem; }
svg { width: 100%; height: auto; } .grid { stroke: var(--rule); } .tick { fill: var(--soft); font-size: 12px; }
.line { fill: none; stroke-width: 2.5; } .faint { opacity: .4; } .dashed.line { stroke-dasharray: 6 5; }
.dot, .bar { stroke: none; }
.legend { position: sticky; top: 0; padding: .6rem 0; background: var(--paper); max-width: none; display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; }
h3 { margin: 1.6rem 0 0; } figcaption span { color: var(--soft); } i { display: inline-block; width: 12px; height: 12px; margin-right: .5em; border-radius: 3px; }
details { margin-top: 1rem; } summary { cursor: pointer; color: var(--soft); } .wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; margin-top: .6rem; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; } .word { text-align: left; }
";
