//! Which package an archive itself is, when Maven's metadata does not say it.
//!
//! Name and version come from the file name first, because that is how the artifact was
//! published, then from the manifest. The group comes from where the file lies in a local Maven or
//! Gradle repository, from a list of well-known artifacts, then from the manifest's attributes
//! that tend to hold it. It stays open when none does: a guess would match advisories of
//! something else.

use super::file_name::FileName;
use super::groups::group_of;
use super::manifest::Manifest;

/// What an archive calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub group: Option<String>,
    pub artifact: String,
    pub version: String,
}

/// First parts of names that are reversed domains.
const DOMAINS: &[&str] = &[
    "at", "au", "be", "br", "ch", "cn", "com", "cz", "de", "dev", "edu", "es", "eu", "fr", "gov",
    "info", "io", "it", "jakarta", "javax", "jp", "me", "mil", "name", "net", "nl", "no", "org",
    "pl", "ru", "se", "tech", "tv", "uk", "us",
];

/// Groups of groups: artifacts are a level below them.
const UMBRELLAS: &[&str] = &[
    "com.github",
    "com.google",
    "com.sun",
    "io.github",
    "net.java",
    "net.sf",
    "net.sourceforge",
    "org.apache",
    "org.codehaus",
    "org.eclipse",
    "org.jboss",
    "org.sourceforge",
];

/// Tells from path and manifest what an archive is; `None` without a name or version.
pub fn identify(path: &str, manifest: &Manifest) -> Option<Identity> {
    let file = FileName::parse(path);
    if let Some(identity) = in_repository(path) {
        return Some(identity);
    }
    if let Some(mut identity) = from_ivy_title(manifest) {
        // The title has the project's name; published under another (Elasticsearch's `server`), the
        // artifact is called what the file is.
        if file.version == identity.version && !file.name.is_empty() {
            file.name.clone_into(&mut identity.artifact);
        }
        return Some(identity);
    }
    let version = version(file, manifest)?;
    if manifest.get("implementation-title") == Some("Apache Tomcat") {
        return Some(of_tomcat(file.name, version));
    }
    let artifact = Some(file.name)
        .filter(|name| !name.is_empty())
        .or_else(|| manifest.get("short-name"))
        .or_else(|| manifest.get("extension-name"))?;
    Some(Identity {
        group: group_of(artifact, &version)
            .map(str::to_owned)
            .or_else(|| group_from_manifest(artifact, manifest)),
        artifact: artifact.to_owned(),
        version,
    })
}

/// The manifest's version where the file name has none.
fn version(file: FileName<'_>, manifest: &Manifest) -> Option<String> {
    if !file.version.is_empty() {
        return Some(file.version.to_owned());
    }
    [
        "implementation-version",
        "plugin-version",
        "bundle-version",
        "specification-version",
    ]
    .iter()
    .filter_map(|name| manifest.get_anywhere(name))
    .find_map(|text| {
        // Some append a commit or a date.
        let word = text
            .split(|letter: char| letter.is_whitespace() || letter == '(')
            .next()?;
        let plain = word.contains(|letter: char| letter.is_ascii_digit()) && !word.contains("${");
        plain.then(|| word.to_owned())
    })
}

/// `…/repository/org/example/tool/1.2/tool-1.2.jar` and
/// `…/files-2.1/org.example/tool/1.2/0123…/tool-1.2.jar` are exact.
fn in_repository(path: &str) -> Option<Identity> {
    let (folder, file) = path.rsplit_once('/')?;
    let folders: Vec<&str> = folder.split('/').collect();
    let (group, artifact, version) = match folders.as_slice() {
        [.., "files-2.1", group, artifact, version, _] => ((*group).to_owned(), artifact, version),
        [front @ .., artifact, version] => {
            let root = front
                .iter()
                .position(|part| matches!(*part, "repository" | "maven2"))?;
            let group = front.get(root + 1..)?.join(".");
            (group, artifact, version)
        }
        _ => return None,
    };
    let named = file
        .strip_prefix(artifact)?
        .strip_prefix('-')?
        .starts_with(version);
    (named && !group.is_empty()).then(|| Identity {
        group: Some(group),
        artifact: (*artifact).to_owned(),
        version: (*version).to_owned(),
    })
}

/// Gradle's Nebula plugins write `group#artifact;version` as title.
fn from_ivy_title(manifest: &Manifest) -> Option<Identity> {
    let title = manifest.get("implementation-title")?;
    let (group, rest) = title.split_once('#')?;
    let (artifact, version) = rest.split_once(';')?;
    let usable = !artifact.is_empty() && !version.is_empty() && is_group(group);
    usable.then(|| Identity {
        group: Some(group.to_owned()),
        artifact: artifact.to_owned(),
        version: version.to_owned(),
    })
}

/// The jars in a Tomcat's own folder have shorter names than the artifacts they are.
fn of_tomcat(name: &str, version: String) -> Identity {
    let artifact = match name {
        "catalina-tribes" => "tomcat-tribes".to_owned(),
        name if name.starts_with("tomcat") => name.to_owned(),
        name => format!("tomcat-{name}"),
    };
    Identity {
        group: group_of(&artifact, &version).map(str::to_owned),
        artifact,
        version,
    }
}

fn group_from_manifest(artifact: &str, manifest: &Manifest) -> Option<String> {
    if let Some(group) = manifest.get("group-id").filter(|group| is_group(group)) {
        return Some(group.to_owned());
    }
    let vendor = manifest.get("implementation-vendor-id");
    if let Some(vendor) = vendor.filter(|id| is_group(id) && !UMBRELLAS.contains(id)) {
        return Some(vendor.to_owned());
    }
    [
        "bundle-symbolicname",
        "automatic-module-name",
        "implementation-title",
    ]
    .iter()
    .filter_map(|name| manifest.get(name))
    .map(|name| name.split(';').next().unwrap_or(name).trim())
    .find(|name| is_group(name))
    .map(|name| without_artifact(name, artifact).to_owned())
}

/// A reversed domain with at least two parts: `org.example`, not `spring.core`.
fn is_group(text: &str) -> bool {
    let mut parts = text.split('.');
    let domain = parts.next().is_some_and(|first| DOMAINS.contains(&first));
    let mut rest = parts.peekable();
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    domain && rest.peek().is_some() && rest.all(plain)
}

/// `org.example.tool` without `tool`, unless what is left holds the artifacts of many.
fn without_artifact<'a>(name: &'a str, artifact: &str) -> &'a str {
    let shorter = name
        .strip_suffix(artifact)
        .and_then(|front| front.strip_suffix('.'));
    match shorter {
        Some(front) if front.contains('.') && !UMBRELLAS.contains(&front) => front,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, manifest: &str, expected: Option<(&str, &str, &str)>) {
        let found = identify(path, &Manifest::parse(manifest.as_bytes()));
        let found = found.as_ref().map(|identity| {
            (
                identity.group.as_deref().unwrap_or(""),
                identity.artifact.as_str(),
                identity.version.as_str(),
            )
        });
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn repositories_are_exact() {
        let expected = Some(("org.example.sub", "tool", "1.2"));
        check(
            "root/.m2/repository/org/example/sub/tool/1.2/tool-1.2.jar",
            "",
            expected,
        );
        check(
            "g/caches/modules-2/files-2.1/org.example.sub/tool/1.2/0a1b/tool-1.2-all.jar",
            "",
            expected,
        );
        check(
            "x/repository/tool/1.2/other-1.2.jar",
            "",
            Some(("", "other", "1.2")),
        );
    }

    #[test]
    fn groups_from_manifests() {
        for (manifest, group) in [
            (
                "Bundle-SymbolicName: org.example.tool;singleton:=true",
                "org.example",
            ),
            ("Bundle-SymbolicName: org.apache.tool", "org.apache.tool"),
            ("Bundle-SymbolicName: org.tool", "org.tool"),
            ("Bundle-SymbolicName: tool", ""),
            (
                "Implementation-Vendor-Id: org.apache\nBundle-SymbolicName: org.example.x",
                "org.example.x",
            ),
            ("Implementation-Vendor-Id: com.example", "com.example"),
            ("Implementation-Vendor-Id: Example Inc.", ""),
            ("Automatic-Module-Name: io.example.tool", "io.example"),
            ("Automatic-Module-Name: tool.core", ""),
            ("Implementation-Title: The org.example tool", ""),
            ("Group-Id: org.jenkins-ci.plugins", "org.jenkins-ci.plugins"),
        ] {
            check("tool-1.2.jar", manifest, Some((group, "tool", "1.2")));
        }
    }

    #[test]
    fn versions_from_manifests() {
        let kotlin = "Implementation-Version: 1.6.10-release-923(1.6.10)";
        check("tool.jar", kotlin, Some(("", "tool", "1.6.10-release-923")));
        check(
            "tool.jar",
            "Specification-Version: 2.5",
            Some(("", "tool", "2.5")),
        );
        check("tool.jar", "Implementation-Version: ${version}", None);
        check("tool.jar", "", None);
        check(
            ".hpi",
            "Short-Name: git\nPlugin-Version: 4.1 (private)",
            Some(("", "git", "4.1")),
        );
        let nebula = "Implementation-Title: io.example#tool-core;1.8.4";
        check(
            "app.jar",
            nebula,
            Some(("io.example", "tool-core", "1.8.4")),
        );
    }

    #[test]
    fn a_project_published_under_another_name() {
        let title = "Implementation-Title: org.elasticsearch#server;7.17.0";
        let published = Some(("org.elasticsearch", "elasticsearch", "7.17.0"));
        check("opt/lib/elasticsearch-7.17.0.jar", title, published);
        let project = Some(("org.elasticsearch", "server", "7.17.0"));
        check("opt/lib/renamed.jar", title, project);
        check("opt/lib/shop-1.0.jar", title, project);
    }

    #[test]
    fn tomcats_own_jars() {
        let manifest = "Implementation-Title: Apache Tomcat\nImplementation-Version: 9.0.60";
        let catalina = Some(("org.apache.tomcat", "tomcat-catalina", "9.0.60"));
        check("usr/local/tomcat/lib/catalina.jar", manifest, catalina);
        let embed = Some(("org.apache.tomcat.embed", "tomcat-embed-core", "9.0.60"));
        check("tomcat-embed-core-9.0.60.jar", manifest, embed);
    }
}
