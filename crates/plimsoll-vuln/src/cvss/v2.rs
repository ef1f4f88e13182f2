//! CVSS version 2: the base equation, carried out in integers, so that it rounds as on paper.

use super::metrics::{Metric, Metrics, base, optional};

const IMPACTS: &[&str] = &["N", "P", "C"];
const REQUIREMENTS: &[&str] = &["ND", "L", "M", "H"];

const METRICS: &[Metric] = &[
    base("AV", &["L", "A", "N"]),
    base("AC", &["H", "M", "L"]),
    base("Au", &["M", "S", "N"]),
    base("C", IMPACTS),
    base("I", IMPACTS),
    base("A", IMPACTS),
    optional("E", &["ND", "U", "POC", "F", "H"]),
    optional("RL", &["ND", "OF", "TF", "W", "U"]),
    optional("RC", &["ND", "UC", "UR", "C"]),
    optional("CDP", &["ND", "N", "L", "LM", "MH", "H"]),
    optional("TD", &["ND", "N", "L", "M", "H"]),
    optional("CR", REQUIREMENTS),
    optional("IR", REQUIREMENTS),
    optional("AR", REQUIREMENTS),
];

/// The base score in tenths.
pub(super) fn score(text: &str) -> Result<u8, String> {
    let metrics = Metrics::parse(text, METRICS)?;
    // Weights in thousandths.
    let spared = |name: &str| match metrics.get(name) {
        "N" => 1000_i128,
        "P" => 1000 - 275,
        _ => 1000 - 660,
    };
    let vector = match metrics.get("AV") {
        "L" => 395,
        "A" => 646,
        _ => 1000,
    };
    let complexity = match metrics.get("AC") {
        "H" => 350,
        "M" => 610,
        _ => 710,
    };
    let authentication = match metrics.get("Au") {
        "M" => 450,
        "S" => 560,
        _ => 704,
    };
    // 10^-9
    let lost = 1_000_000_000 - spared("C") * spared("I") * spared("A");
    if lost == 0 {
        return Ok(0);
    }
    // 0.6 × 10.41 × lost, 0.4 × 20 × exploitability, 1.5; all in 10^-12
    let impact = 6246 * lost;
    let exploitability: i128 = 8 * vector * complexity * authentication * 1000;
    let sum = impact + exploitability - 1_500_000_000_000;
    // × 1.176, in 10^-15; rounded half up to tenths
    let tenths = (sum * 1176 + 50_000_000_000_000).div_euclid(100_000_000_000_000);
    Ok(u8::try_from(tenths.clamp(0, 100)).unwrap_or(0))
}
