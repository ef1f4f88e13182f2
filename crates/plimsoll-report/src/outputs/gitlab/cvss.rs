//! Which CVSS vectors the schema accepts: versions 2 and 3, with the metrics it lists.

/// Metrics of version 3 and their values, environment and time included.
const V3: [(&str, &str); 22] = [
    ("AV", "NALP"),
    ("AC", "LH"),
    ("PR", "NLH"),
    ("UI", "NR"),
    ("S", "UC"),
    ("C", "NLH"),
    ("I", "NLH"),
    ("A", "NLH"),
    ("E", "XUPFH"),
    ("RL", "XOTWU"),
    ("RC", "XURC"),
    ("CR", "XLMH"),
    ("IR", "XLMH"),
    ("AR", "XLMH"),
    ("MAV", "XNALP"),
    ("MAC", "XLH"),
    ("MPR", "XNLH"),
    ("MUI", "XNR"),
    ("MS", "XUC"),
    ("MC", "XNLH"),
    ("MI", "XNLH"),
    ("MA", "XNLH"),
];

/// Base metrics of version 2 and their values.
const V2: [(&str, &str); 6] = [
    ("AV", "NAL"),
    ("AC", "LMH"),
    ("Au", "MSN"),
    ("C", "NPC"),
    ("I", "NPC"),
    ("A", "NPC"),
];

/// Whether the schema takes this vector.
pub fn is_accepted(vector: &str) -> bool {
    if vector.len() > 128 {
        return false;
    }
    let v3 = ["CVSS:3.0/", "CVSS:3.1/"];
    match v3.iter().find_map(|prefix| vector.strip_prefix(prefix)) {
        Some(metrics) => vector.len() >= 32 && all_known(metrics, &V3),
        None => vector.len() >= 16 && all_known(vector, &V2),
    }
}

fn all_known(metrics: &str, known: &[(&str, &str)]) -> bool {
    metrics.split('/').all(|metric| {
        metric.split_once(':').is_some_and(|(name, value)| {
            let values = known.iter().find(|(known, _)| *known == name);
            value.len() == 1 && values.is_some_and(|(_, values)| values.contains(value))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::is_accepted;

    #[test]
    fn vectors() {
        for (vector, expected) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", true),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H/E:X", true),
            ("AV:N/AC:L/Au:N/C:P/I:P/A:P", true),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                false,
            ),
            ("CVSS:3.1/AV:N", false),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:?", false),
            ("", false),
        ] {
            assert_eq!(is_accepted(vector), expected, "{vector}");
        }
    }
}
