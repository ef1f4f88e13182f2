//! CVSS version 4.0: macro vectors and what lies between them.
//!
//! Section 8 of the specification: the metrics form six equivalence classes, each combination of
//! their levels has a score that experts gave, and a vector is placed between its own combination
//! and the next lower ones by how far its metrics are from the worst of their class. All threat
//! and environmental metrics of the vector count.

use super::metrics::{Metric, Metrics, base, optional};

const IMPACTS: &[&str] = &["H", "L", "N"];
const REQUIREMENTS: &[&str] = &["X", "H", "M", "L"];
const MODIFIED_IMPACTS: &[&str] = &["X", "H", "L", "N"];
const MODIFIED_SAFETY: &[&str] = &["X", "S", "H", "L", "N"];

const METRICS: &[Metric] = &[
    base("AV", &["N", "A", "L", "P"]),
    base("AC", &["L", "H"]),
    base("AT", &["N", "P"]),
    base("PR", &["N", "L", "H"]),
    base("UI", &["N", "P", "A"]),
    base("VC", IMPACTS),
    base("VI", IMPACTS),
    base("VA", IMPACTS),
    base("SC", IMPACTS),
    base("SI", IMPACTS),
    base("SA", IMPACTS),
    optional("E", &["X", "A", "P", "U"]),
    optional("CR", REQUIREMENTS),
    optional("IR", REQUIREMENTS),
    optional("AR", REQUIREMENTS),
    optional("MAV", &["X", "N", "A", "L", "P"]),
    optional("MAC", &["X", "L", "H"]),
    optional("MAT", &["X", "N", "P"]),
    optional("MPR", &["X", "N", "L", "H"]),
    optional("MUI", &["X", "N", "P", "A"]),
    optional("MVC", MODIFIED_IMPACTS),
    optional("MVI", MODIFIED_IMPACTS),
    optional("MVA", MODIFIED_IMPACTS),
    optional("MSC", MODIFIED_IMPACTS),
    optional("MSI", MODIFIED_SAFETY),
    optional("MSA", MODIFIED_SAFETY),
    optional("S", &["X", "N", "P"]),
    optional("AU", &["X", "N", "Y"]),
    optional("R", &["X", "A", "U", "I"]),
    optional("V", &["X", "D", "C"]),
    optional("RE", &["X", "L", "M", "H"]),
    optional("U", &["X", "Clear", "Green", "Amber", "Red"]),
];

/// The score in tenths.
pub(super) fn score(text: &str) -> Result<u8, String> {
    let metrics = Metrics::parse(text, METRICS)?;
    let vector = Vector::of(&metrics);
    if vector.has_no_impact() {
        return Ok(0);
    }
    let class = vector.macro_vector();
    let Some(own) = class.score() else {
        return Err("its metrics form no macro vector".to_owned());
    };
    let mut steps = 0_u32;
    let mut sum = 0.0;
    for (lower, distance, depth) in class.neighbours(&vector) {
        let Some(gap) = lower.and_then(|lower| own.checked_sub(lower)) else {
            continue;
        };
        steps += 1;
        sum += f64::from(gap) * f64::from(distance) / f64::from(depth);
    }
    let mean = if steps == 0 {
        0.0
    } else {
        sum / f64::from(steps)
    };
    // Half goes up, errors of floating point apart.
    let tenths = (f64::from(own) - mean + ROUNDING_ERROR + 0.5).floor();
    Ok(tenths.clamp(0.0, 100.0) as u8)
}

/// More than floating point gets wrong here, less than any two scores differ by.
const ROUNDING_ERROR: f64 = 1e-5;

/// Severity levels of the metrics that count, 0 the worst; modified metrics in the place of
/// those that they modify.
struct Vector {
    av: u8,
    pr: u8,
    ui: u8,
    ac: u8,
    at: u8,
    /// Confidentiality, integrity, availability of the vulnerable system.
    own: [u8; 3],
    /// Of subsequent systems, on the scale of [`SUBSEQUENT`].
    subsequent: [u8; 3],
    requirements: [u8; 3],
    exploited: u8,
}

/// Levels of subsequent impacts: safety, high, low, none.
const SUBSEQUENT: &[&str] = &["S", "H", "L", "N"];
const HIGH: u8 = 0;
const NONE: u8 = 2;
const SAFETY: u8 = 0;
const SUBSEQUENT_HIGH: u8 = 1;
const SUBSEQUENT_NONE: u8 = 3;

impl Vector {
    fn of(metrics: &Metrics) -> Self {
        let level = |value: &str, scale: &[&str]| {
            scale.iter().position(|known| *known == value).unwrap_or(0) as u8
        };
        let effective = |modified: &str, plain: &str| match metrics.get(modified) {
            "" | "X" => metrics.get(plain),
            value => value,
        };
        let own = |modified, plain| level(effective(modified, plain), IMPACTS);
        let subsequent = |modified, plain| level(effective(modified, plain), SUBSEQUENT);
        // Not defined counts as the worst, which is first.
        let requirement = |name| level(metrics.get(name), &["H", "M", "L"]);
        Self {
            av: level(effective("MAV", "AV"), &["N", "A", "L", "P"]),
            pr: level(effective("MPR", "PR"), &["N", "L", "H"]),
            ui: level(effective("MUI", "UI"), &["N", "P", "A"]),
            ac: level(effective("MAC", "AC"), &["L", "H"]),
            at: level(effective("MAT", "AT"), &["N", "P"]),
            own: [own("MVC", "VC"), own("MVI", "VI"), own("MVA", "VA")],
            subsequent: [
                subsequent("MSC", "SC"),
                subsequent("MSI", "SI"),
                subsequent("MSA", "SA"),
            ],
            requirements: [requirement("CR"), requirement("IR"), requirement("AR")],
            exploited: level(metrics.get("E"), &["A", "P", "U"]),
        }
    }

    fn has_no_impact(&self) -> bool {
        self.own == [NONE; 3] && self.subsequent == [SUBSEQUENT_NONE; 3]
    }

    fn macro_vector(&self) -> MacroVector {
        let entry = [self.av, self.pr, self.ui];
        let [confidentiality, integrity, _] = self.own;
        let [_, safe_integrity, safe_availability] = self.subsequent;
        let is_required = (self.own.iter().zip(&self.requirements))
            .any(|(impact, requirement)| *impact == HIGH && *requirement == HIGH);
        MacroVector {
            eq1: match entry {
                [0, 0, 0] => 0,
                [3, ..] => 2,
                _ if entry.contains(&0) => 1,
                _ => 2,
            },
            eq2: u8::from(self.ac != 0 || self.at != 0),
            eq3: if confidentiality == HIGH && integrity == HIGH {
                0
            } else if self.own.contains(&HIGH) {
                1
            } else {
                2
            },
            eq4: if safe_integrity == SAFETY || safe_availability == SAFETY {
                0
            } else if self.subsequent.contains(&SUBSEQUENT_HIGH) {
                1
            } else {
                2
            },
            eq5: self.exploited,
            eq6: u8::from(!is_required),
        }
    }

    /// Steps from the first of the worst vectors of a class that is nowhere below this one.
    fn distance<const N: usize>(levels: [u8; N], worst: &[[u8; N]]) -> u8 {
        worst
            .iter()
            .find_map(|worst| {
                (levels.iter().zip(worst))
                    .map(|(level, worst)| level.checked_sub(*worst))
                    .sum::<Option<u8>>()
            })
            .unwrap_or(0)
    }
}

/// A level for each equivalence class, 0 the worst.
#[derive(Clone, Copy)]
struct MacroVector {
    eq1: u8,
    eq2: u8,
    eq3: u8,
    eq4: u8,
    eq5: u8,
    eq6: u8,
}

/// For each class: the score one level lower if there is one, how far the vector is from the
/// worst of its level, and how far it could be.
type Neighbour = (Option<u8>, u8, u8);

impl MacroVector {
    /// In tenths; `None` for levels that do not go together or do not exist.
    fn score(self) -> Option<u8> {
        let is_level = self.eq1 < 3 && self.eq2 < 2 && self.eq3 < 3 && self.eq4 < 3;
        if !is_level || self.eq5 >= 3 || self.eq6 >= 2 {
            return None;
        }
        let row = ((self.eq1 * 2 + self.eq2) * 3 + self.eq3) * 2 + self.eq6;
        let column = self.eq4 * 3 + self.eq5;
        SCORES
            .get(usize::from(row))?
            .get(usize::from(column))
            .copied()
            .filter(|score| *score != ABSENT)
    }

    fn neighbours(self, vector: &Vector) -> [Neighbour; 5] {
        let lower = |change: fn(&mut Self)| {
            let mut lower = self;
            change(&mut lower);
            lower.score()
        };
        let lower_impact = match (self.eq3, self.eq6) {
            // Two ways down; the higher score counts.
            (0, 0) => lower(|it| it.eq6 += 1).max(lower(|it| it.eq3 += 1)),
            (1, 0) => lower(|it| it.eq6 += 1),
            _ => lower(|it| it.eq3 += 1),
        };
        let [c, i, a] = vector.own;
        let [cr, ir, ar] = vector.requirements;
        let (worst_impacts, impact_depth) = self.worst_impacts();
        let (worst_entries, entry_depth): (&[[u8; 3]], u8) = match self.eq1 {
            0 => (&[[0, 0, 0]], 1),
            1 => (&[[1, 0, 0], [0, 1, 0], [0, 0, 1]], 4),
            _ => (&[[3, 0, 0], [1, 1, 1]], 5),
        };
        let (worst_conditions, condition_depth): (&[[u8; 2]], u8) = match self.eq2 {
            0 => (&[[0, 0]], 1),
            _ => (&[[1, 0], [0, 1]], 2),
        };
        let (worst_subsequent, subsequent_depth) = match self.eq4 {
            0 => ([[1, 0, 0]], 6),
            1 => ([[1, 1, 1]], 5),
            _ => ([[2, 2, 2]], 4),
        };
        [
            (
                lower(|it| it.eq1 += 1),
                Vector::distance([vector.av, vector.pr, vector.ui], worst_entries),
                entry_depth,
            ),
            (
                lower(|it| it.eq2 += 1),
                Vector::distance([vector.ac, vector.at], worst_conditions),
                condition_depth,
            ),
            (
                lower_impact,
                Vector::distance([c, i, a, cr, ir, ar], worst_impacts),
                impact_depth,
            ),
            (
                lower(|it| it.eq4 += 1),
                Vector::distance(vector.subsequent, &worst_subsequent),
                subsequent_depth,
            ),
            // Its one metric is the level.
            (lower(|it| it.eq5 += 1), 0, 1),
        ]
    }

    /// The worst impacts and requirements of the third and sixth class together, and how many
    /// steps there are.
    fn worst_impacts(self) -> (&'static [[u8; 6]], u8) {
        match (self.eq3, self.eq6) {
            (0, 0) => (&[[0, 0, 0, 0, 0, 0]], 7),
            (0, _) => (&[[0, 0, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1]], 6),
            (1, 0) => (&[[1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]], 8),
            (1, _) => (
                &[
                    [1, 0, 1, 0, 1, 0],
                    [1, 0, 0, 0, 1, 1],
                    [0, 1, 0, 1, 0, 1],
                    [0, 1, 1, 1, 0, 0],
                    [1, 1, 0, 0, 0, 1],
                ],
                8,
            ),
            _ => (&[[1, 1, 1, 0, 0, 0]], 10),
        }
    }
}

/// Levels that do not go together: no high impact, yet one that is required.
const ABSENT: u8 = u8::MAX;

/// The experts' scores in tenths (the specification's table of macro vectors, facts by FIRST).
/// Rows: levels of EQ3 and EQ6 within those of EQ1 and EQ2; columns: those of EQ5 within EQ4.
#[rustfmt::skip]
const SCORES: [[u8; 9]; 36] = [
    // EQ1 0, EQ2 0
    [100, 98, 95, 100, 93, 91, 93, 89, 81],
    [99, 95, 92, 96, 87, 81, 90, 80, 68],
    [98, 95, 90, 93, 89, 81, 88, 78, 69],
    [95, 92, 84, 92, 81, 65, 80, 70, 48],
    [ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT],
    [92, 82, 72, 79, 69, 50, 69, 55, 27],
    // EQ1 0, EQ2 1
    [99, 95, 92, 95, 90, 84, 92, 82, 72],
    [97, 92, 85, 91, 83, 71, 81, 71, 53],
    [95, 92, 85, 92, 80, 70, 84, 71, 50],
    [93, 85, 73, 82, 72, 59, 70, 52, 30],
    [ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT],
    [86, 75, 52, 71, 52, 29, 63, 29, 17],
    // EQ1 1, EQ2 0
    [98, 94, 91, 94, 86, 77, 87, 74, 63],
    [95, 87, 81, 89, 74, 64, 75, 63, 49],
    [94, 88, 76, 86, 74, 59, 72, 57, 52],
    [89, 77, 67, 76, 58, 50, 57, 52, 25],
    [ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT],
    [83, 70, 54, 65, 58, 26, 53, 21, 13],
    // EQ1 1, EQ2 1
    [95, 88, 76, 90, 75, 61, 77, 68, 52],
    [90, 76, 70, 77, 62, 53, 66, 59, 30],
    [89, 76, 62, 74, 57, 47, 61, 57, 24],
    [78, 67, 58, 59, 57, 23, 52, 29, 16],
    [ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT],
    [71, 59, 30, 58, 26, 15, 23, 13, 6],
    // EQ1 2, EQ2 0
    [93, 86, 75, 86, 74, 56, 70, 52, 40],
    [87, 72, 58, 74, 61, 34, 54, 40, 22],
    [85, 74, 62, 72, 55, 46, 53, 34, 19],
    [75, 55, 51, 57, 41, 19, 36, 19, 8],
    [ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT],
    [64, 51, 20, 47, 21, 11, 24, 9, 4],
    // EQ1 2, EQ2 1
    [88, 73, 60, 73, 59, 41, 54, 45, 20],
    [75, 53, 50, 55, 40, 20, 43, 22, 11],
    [75, 58, 40, 61, 48, 20, 46, 17, 8],
    [55, 45, 21, 51, 18, 9, 18, 7, 2],
    [ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT],
    [53, 24, 14, 24, 12, 5, 10, 3, 1],
];
