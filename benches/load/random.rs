//! Sizes of orgs, and draws by size.

/// How large the orgs are beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Sizes {
    /// All the same.
    Uniform,
    /// The n-th has an n-th of the first one's rows.
    Zipf,
}

/// Rows for each of `count` orgs, `total` in all, never less than `least`.
pub fn sizes(kind: Sizes, count: usize, total: u64, least: u64) -> Vec<u64> {
    let weight = |at: usize| match kind {
        Sizes::Uniform => 1.0,
        Sizes::Zipf => 1.0 / (at + 1) as f64,
    };
    let sum: f64 = (0..count).map(weight).sum();
    (0..count).map(|at| ((total as f64 * weight(at) / sum) as u64).max(least)).collect()
}

/// Draws a place in `weights`, in proportion to them.
pub fn draw(random: &mut fastrand::Rng, weights: &[u64]) -> usize {
    let mut left = random.u64(0..weights.iter().sum::<u64>().max(1));
    for (at, weight) in weights.iter().enumerate() {
        if left < *weight {
            return at;
        }
        left -= weight;
    }
    0
}
