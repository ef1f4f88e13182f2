//! A small database of real advisories, built by the program itself from records in the forms of
//! their publishers (facts only): Log4Shell, Heartbleed, POODLE, Shellshock.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::World;

/// From Debian's list of security advisories: numbers, packages, versions, releases.
const DSA: &str = "\
[16 Oct 2014] DSA-3053-1 openssl - security update\n\
\t{CVE-2014-3513 CVE-2014-3566 CVE-2014-3567 CVE-2014-3568}\n\
\t[wheezy] - openssl 1.0.1e-2+deb7u13\n\
[24 Sep 2014] DSA-3032-1 bash - security update\n\
\t{CVE-2014-6271}\n\
\t[wheezy] - bash 4.2+dfsg-0.1+deb7u1\n\
[07 Apr 2014] DSA-2896-1 openssl - security update\n\
\t{CVE-2014-0160}\n\
\t[wheezy] - openssl 1.0.1e-2+deb7u5\n";

/// GHSA-jfh8-c2jp-5v3q in the OSV schema.
const LOG4SHELL: &str = r#"{"schema_version": "1.6.0", "id": "GHSA-jfh8-c2jp-5v3q",
  "aliases": ["CVE-2021-44228"], "modified": "2024-01-01T00:00:00Z",
  "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}],
  "affected": [{"package": {"ecosystem": "Maven", "name": "org.apache.logging.log4j:log4j-core"},
    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.13.0"}, {"fixed": "2.15.0"}]}]}]}"#;

const KEV: &str = r#"{"title": "CISA Catalog of Known Exploited Vulnerabilities",
  "catalogVersion": "2024.01.01", "dateReleased": "2024-01-01T00:00:00Z", "count": 2,
  "vulnerabilities": [
    {"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10"},
    {"cveID": "CVE-2014-6271", "dateAdded": "2022-01-28"}]}"#;

/// A changelog as Debian's package of bash 4.2 carries it, as far as it matters.
const BASH_CHANGELOG: &str = "\
bash (4.2+dfsg-0.1+deb7u3) wheezy-security; urgency=high

  * Fix CVE-2014-7169: incomplete fix of the one before.

 -- A <a@example.com>  Thu, 25 Sep 2014 12:00:00 +0000

bash (4.2+dfsg-0.1+deb7u1) wheezy-security; urgency=high

  * Fix CVE-2014-6271: environment variables that hold functions.

 -- A <a@example.com>  Tue, 16 Sep 2014 12:00:00 +0000
";

/// The folder of the feeds; the arguments of `db build` for them.
pub fn feeds(folder: &Path) -> Vec<String> {
    let files = [
        ("dsa/data/DSA/list", DSA),
        ("osv/GHSA-jfh8-c2jp-5v3q.json", LOG4SHELL),
        ("kev/known_exploited_vulnerabilities.json", KEV),
        ("changelogs/debian-7/bash_4.2_changelog", BASH_CHANGELOG),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    [
        ("debian-dsa", "dsa"),
        ("osv", "osv"),
        ("kev", "kev"),
        ("debian-changelog", "changelogs"),
    ]
    .into_iter()
    .flat_map(|(source, name)| {
        let feed = format!("{source}={}", folder.join(name).display());
        ["--from".to_owned(), feed]
    })
    .collect()
}

/// Builds the database and makes it the one of this world.
pub fn use_small_database(world: &mut World) -> PathBuf {
    let path = world.path("small.db");
    let mut arguments = vec!["db".to_owned(), "build".to_owned()];
    arguments.extend(feeds(&world.path("feeds")));
    arguments.extend(["-o".to_owned(), path.display().to_string()]);
    world.run(arguments).ended(0);
    world.database.clone_from(&path);
    path
}
