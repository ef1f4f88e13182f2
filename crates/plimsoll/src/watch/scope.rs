//! Whose events are judged. All are taken in: lineage and attribution need the others too.

use plimsoll_behavior::state::Container;

/// Which containers, and whether the host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Patterns of names, ids, images and pods; any of them, all without.
    pub containers: Vec<String>,
    /// Patterns of Kubernetes namespaces; any of them, all without.
    pub namespaces: Vec<String>,
    pub host: bool,
}

impl Scope {
    /// Whether events of this container are judged.
    pub fn admits(&self, container: &Container) -> bool {
        if container.is_host() {
            return self.host;
        }
        let pod = container.details.pod.as_ref();
        let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let is_named = self.containers.is_empty() || {
            let mut own = vec![
                name(&container.name),
                name(&container.id),
                name(container.short_id()),
                name(&container.image),
            ];
            own.extend(pod.map(|pod| pod.name.clone()));
            let fits = |pattern: &String| own.iter().any(|text| matches(pattern, text));
            self.containers.iter().any(fits)
        };
        let in_namespace = self.namespaces.is_empty()
            || pod.is_some_and(|pod| {
                let mut patterns = self.namespaces.iter();
                patterns.any(|pattern| matches(pattern, &pod.namespace))
            });
        is_named && in_namespace
    }

    /// Whether everything is judged.
    pub const fn is_everything(&self) -> bool {
        self.host && self.containers.is_empty() && self.namespaces.is_empty()
    }
}

/// `*` stands for any characters, `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut pos) = (0, 0);
    // Where the last star was, and how much it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while pos < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, pos));
                at += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(pos) => {
                at += 1;
                pos += 1;
            }
            _ => match &mut star {
                Some((after, taken)) => {
                    *taken += 1;
                    at = *after + 1;
                    pos = *taken;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_behavior::state::Text;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, is_match) in [
            ("web", "web", true),
            ("web", "web-1", false),
            ("web*", "web-1", true),
            ("*shop/*:?.3", "registry/shop/web:2.3", true),
            ("*a*b", "xaxbxab", true),
            ("*a*b", "xaxbxac", false),
            ("", "", true),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern, text), is_match, "{pattern} {text}");
        }
    }

    #[test]
    fn the_host_is_a_matter_of_its_own() {
        let mut host = Container::default();
        host.id = Text::from("host");
        let mut web = Container::default();
        web.id = Text::from("0123456789abcdef");
        web.name = Text::from("web");
        let mut scope = Scope::default();
        assert!(!scope.admits(&host) && scope.admits(&web));
        scope.containers = vec!["0123456789ab".to_owned()];
        assert!(scope.admits(&web));
        scope.namespaces = vec!["shop".to_owned()];
        scope.host = true;
        assert!(scope.admits(&host) && !scope.admits(&web));
    }
}
