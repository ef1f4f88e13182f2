use super::*;

fn of(vector: &str) -> f64 {
    score(vector)
        .unwrap_or_else(|error| panic!("{error}"))
        .score
}

/// Examples of FIRST's documents and of well-known vulnerabilities.
#[test]
#[expect(clippy::float_cmp, reason = "scores are tenths, computed the same way")]
fn known_vectors_have_their_known_scores() {
    let cases = [
        // Version 2 guide, section 3.3: CVE-2002-0392, CVE-2003-0818, CVE-2003-0062.
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0),
        ("AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2),
        ("(AV:N/AC:M/Au:N/C:P/I:N/A:N)", 4.3),
        ("CVSS2#AV:N/AC:L/Au:N/C:P/I:N/A:N/E:H/RL:OF/RC:C", 5.0),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0),
        // Version 3 examples: CVE-2013-1937, CVE-2013-0375, CVE-2014-3566 (POODLE), Heartbleed,
        // Shellshock.
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0),
        (
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U/MAV:P",
            9.8,
        ),
        // Version 4 examples.
        (
            "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            7.3,
        ),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
            10.0,
        ),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            9.3,
        ),
        (
            "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            7.7,
        ),
        (
            "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U",
            5.2,
        ),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N",
            0.0,
        ),
    ];
    for (vector, expected) in cases {
        assert_eq!(of(vector), expected, "{vector}");
    }
}

#[test]
fn the_version_is_the_vectors() {
    let version = |vector| score(vector).map(|cvss| cvss.version);
    assert_eq!(version("AV:N/AC:L/Au:N/C:N/I:N/A:C").as_deref(), Ok("2.0"));
    let three = "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N";
    assert_eq!(version(three).as_deref(), Ok("3.0"));
}

#[test]
fn version_2_ends_with_high() {
    let word = |vector| score(vector).map(|cvss| severity(&cvss));
    assert_eq!(word("AV:N/AC:L/Au:N/C:C/I:C/A:C"), Ok(Severity::High));
    assert_eq!(
        word("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
        Ok(Severity::Critical)
    );
}

#[test]
fn what_is_no_vector_has_no_score() {
    let cases = [
        ("", "`` is no metric"),
        ("CVSS:5.0/AV:N", "version is not"),
        ("CVSS:3.1/AV:N/AC:L", "`PR` is missing"),
        (
            "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "`AV` is there twice",
        ),
        (
            "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "`AV` has no value `Q`",
        ),
        (
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
            "`` is no metric",
        ),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N",
            "no value `S`",
        ),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C/X:Y", "there is no metric `X`"),
    ];
    for (vector, reason) in cases {
        let error = score(vector).expect_err(vector);
        assert!(error.reason.contains(reason), "{error}");
    }
    assert!(score(&"A".repeat(VECTOR_BYTES_MAX + 1)).is_err());
}
