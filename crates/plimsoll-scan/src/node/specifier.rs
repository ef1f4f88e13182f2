//! Names with what stands for them, as lockfiles of Node's package managers write them.

/// Splits `name@rest`; the `@` of a scope belongs to the name.
pub(crate) fn split_at_sign(text: &str) -> Option<(&str, &str)> {
    let after_scope = usize::from(text.starts_with('@'));
    let at = text.get(after_scope..)?.find('@')? + after_scope;
    let (name, rest) = text.split_at(at);
    Some((name, rest.strip_prefix('@')?)).filter(|(name, _)| !name.is_empty())
}

/// The package that `npm:name@version` stands for.
pub(crate) fn alias(text: &str) -> Option<(&str, &str)> {
    split_at_sign(text.strip_prefix("npm:")?)
}

/// Whether an address points into the project's own tree.
pub(crate) fn is_local(address: &str) -> bool {
    ["file:", "link:", "portal:", "workspace:", "./", "../", "/"]
        .iter()
        .any(|prefix| address.starts_with(prefix))
}

/// Whether it is a version, and not an address or a tag.
pub(crate) fn is_version(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) && !text.contains([':', '/', ' '])
}

/// The version that stands for a package: itself, or in a registry's address.
pub(crate) fn exact<'a>(full_name: &str, text: &'a str) -> Option<&'a str> {
    if is_version(text) {
        return Some(text);
    }
    version_of_tarball(full_name, text)
}

/// The version in a registry's address of a package: `…/-/name-1.2.3.tgz`.
fn version_of_tarball<'a>(full_name: &str, address: &'a str) -> Option<&'a str> {
    let (_, file) = address.rsplit_once("/-/")?;
    let file = file.split(['#', '?']).next()?.strip_suffix(".tgz")?;
    let name = full_name.rsplit('/').next()?;
    let version = file.strip_prefix(name)?.strip_prefix('-')?;
    is_version(version).then_some(version)
}

/// The name of a package by its place: `node_modules/a/node_modules/@s/b` is `@s/b`. A path
/// that does not end in a folder of modules belongs to a workspace.
pub(crate) fn name_of_folder(path: &str) -> Option<&str> {
    let after = path.rsplit("node_modules/").next()?;
    let is_module = after.len() < path.len();
    let parts = after.split('/').count();
    let wanted = if after.starts_with('@') { 2 } else { 1 };
    (is_module && parts == wanted).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_what_follows() {
        for (text, expected) in [
            ("a@1.0.0", Some(("a", "1.0.0"))),
            ("@s/a@npm:^1", Some(("@s/a", "npm:^1"))),
            ("a@npm:b@1", Some(("a", "npm:b@1"))),
            ("@s/a", None),
            ("a", None),
            ("@", None),
            ("@@1", None),
            ("", None),
        ] {
            assert_eq!(
                split_at_sign(text).filter(|(n, _)| *n != "@"),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn addresses() {
        assert_eq!(alias("npm:@s/a@1.0"), Some(("@s/a", "1.0")));
        assert_eq!(alias("1.0"), None);
        let tarball = "https://registry.example/@s/a/-/a-1.0.0-rc.1.tgz#0a";
        assert_eq!(version_of_tarball("@s/a", tarball), Some("1.0.0-rc.1"));
        assert_eq!(version_of_tarball("@s/b", tarball), None);
        assert_eq!(version_of_tarball("a", "https://host.example/a.tgz"), None);
    }

    #[test]
    fn names_by_folder() {
        for (path, expected) in [
            ("node_modules/a", Some("a")),
            ("packages/x/node_modules/@s/b", Some("@s/b")),
            ("packages/x", None),
            ("node_modules/a/lib", None),
            ("node_modules/@s", None),
            ("", None),
        ] {
            assert_eq!(name_of_folder(path), expected, "{path}");
        }
    }
}
