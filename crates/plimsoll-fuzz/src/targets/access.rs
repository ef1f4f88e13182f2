//! Who may do what: roles, bindings, and the questions that are asked of them.

use plimsoll_access::{Access, Identity, Options, Question, Reader, Subject};
use plimsoll_object::File;
use plimsoll_object::yaml::Place;

use super::configuration::{Lines, TODAY, cut, has_lone_returns};
use super::target;
use crate::Target;
use crate::seeds::rights as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "access",
        "roles and bindings, and what they let whom do",
        Some("kubernetes"),
        rights,
        seeds::access
    ),
    target!(
        "access_question",
        "subjects and questions about rights",
        Some("access"),
        question,
        seeds::questions
    ),
];

/// Most subjects of an input that are asked about.
const SUBJECTS_MAX: usize = 12;

const QUESTIONS: [(&str, &str, &str, &str); 6] = [
    ("get", "secrets", "shop", ""),
    ("list", "secrets", "", ""),
    ("create", "pods/exec", "shop", "a"),
    ("*", "*", "", ""),
    ("get", "/metrics", "", ""),
    ("bind", "clusterroles", "", "cluster-admin"),
];

fn access(data: &[u8], with_default_bindings: bool, has_lines: bool) -> Access {
    let mut reader = Reader::new(Options {
        with_default_bindings,
        has_lines,
        ..Options::default()
    });
    reader.file(File {
        name: "a.yaml".to_owned(),
        bytes: data.to_vec(),
    });
    reader.finish()
}

/// Who may is who is told to; a right allows what it says; risks lie in the file, twice the same.
fn rights(data: &[u8]) {
    let data = cut(data);
    let (with_default, has_lines) = (data.len().is_multiple_of(2), !data.len().is_multiple_of(8));
    let access = self::access(data, with_default, has_lines);
    let risks = access.risks(TODAY);
    let again = self::access(data, with_default, has_lines);
    assert_eq!(again.risks(TODAY), risks);
    assert_eq!(again.unknowns, access.unknowns);
    if has_lines && !has_lone_returns(data) {
        let lines = Lines::of(data);
        for risk in &risks {
            for at in risk.locations.iter().filter(|at| at.path == "a.yaml") {
                lines.check(Place {
                    line: at.line.unwrap_or(1),
                    column: at.column.unwrap_or(1),
                });
            }
        }
    }
    let subjects: Vec<&Subject> = access.subjects().take(SUBJECTS_MAX).collect();
    for (verb, what, namespace, name) in QUESTIONS {
        let Ok(question) = Question::parse(verb, what, namespace, name, &access) else {
            panic!("{what} is not known");
        };
        let holders = access.who(&question);
        for holder in &holders {
            let identity = Identity::of(&holder.subject, &[]);
            assert!(
                access.can(&identity, &question).allowed(),
                "{} may not {}",
                holder.subject,
                question.display()
            );
        }
        for subject in &subjects {
            let identity = Identity::of(subject, &[]);
            let decision = access.can(&identity, &question);
            let rights = access.rights(&identity);
            let by_rules = rights.iter().any(|right| {
                let here = right
                    .namespace
                    .is_none_or(|it| !it.is_empty() && *it == *question.namespace);
                here && right.rule.allows(&question)
            });
            let is_master = identity.groups.iter().any(|it| &**it == "system:masters");
            assert_eq!(decision.allowed(), by_rules || is_master, "{subject}");
        }
    }
}

/// Subject, verb, what, namespace, name: a line each.
fn question(data: &[u8]) {
    let text = String::from_utf8_lossy(cut(data)).into_owned();
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (subject, verb, what, namespace, name) = (line(), line(), line(), line(), line());
    let access = access(seeds::ROLES.as_bytes(), true, true);
    let asked = Question::parse(verb, what, namespace, name, &access);
    assert_eq!(Question::parse(verb, what, namespace, name, &access), asked);
    let read = subject.parse::<Subject>();
    if let Ok(read) = &read {
        let shown = read.to_string();
        assert!(!shown.contains(char::is_control), "{shown}");
        // What cannot be shown as it is, and a user who is called as an account without a name, is
        // not to be typed again.
        let is_plain = subject.chars().all(|c| c.is_ascii_graphic()) && read.account().is_none();
        if is_plain {
            assert_eq!(shown.parse(), Ok(read.clone()));
        }
    }
    let question = match asked {
        Ok(question) => question,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert!(!question.display().contains(char::is_control));
    let _ = access.who(&question);
    if let Ok(read) = read {
        let identity = Identity::of(&read, &[]);
        let decision = access.can(&identity, &question);
        assert_eq!(access.can(&identity, &question), decision);
        for namespace in access.where_allowed(&identity, &question) {
            let within = question.clone().within(&namespace);
            assert!(access.can(&identity, &within).allowed(), "{namespace}");
        }
    }
}
