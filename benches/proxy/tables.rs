//! The tables of BENCHMARKS.md.

/// Replaces what stands between `<!-- bench part -->` and `<!-- end part -->`.
pub fn write(bench: &str, part: &str, table: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/BENCHMARKS.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (begin, end) = (format!("<!-- {bench} {part} -->\n"), format!("<!-- end {part} -->"));
    let from = text.find(&begin).expect("the part's first marker") + begin.len();
    let to = text.find(&end).expect("the part's second marker");
    std::fs::write(path, format!("{}\n{}\n\n{}", &text[..from], table.trim(), &text[to..])).unwrap();
}
