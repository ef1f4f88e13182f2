use std::fmt::Write;

use plimsoll_model::Date;
use proptest::prelude::*;

use super::*;
use crate::check::Persona;
use crate::options::Options;
use crate::run::check;
use plimsoll_object::File;

/// What an auditor hears of a file: ids and places.
fn found(bytes: &[u8]) -> BTreeSet<(String, Place)> {
    let options = Options {
        persona: Persona::Auditor,
        ..Options::new(Date::constant(2026, 11, 22))
    };
    let file = File {
        name: "a.yaml".to_owned(),
        bytes: bytes.to_vec(),
    };
    let findings = check([file], options).findings.into_iter();
    findings
        .map(|finding| {
            let at = &finding.locations[0];
            let place = Place {
                line: at.line.unwrap(),
                column: at.column.unwrap(),
            };
            (finding.id, place)
        })
        .collect()
}

fn mended(text: &str) -> Mended {
    mend(text.as_bytes(), &found(text.as_bytes()), 36)
}

fn text(mended: &Mended) -> &str {
    std::str::from_utf8(&mended.bytes).unwrap()
}

const BLOCK: &str = "\
# The cart.
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      # who it is
      serviceAccountName: cart   # its own
      containers:
      # the main one
      - name: cart
        # from the mirror
        image: \"registry.example/cart:1.0\"   # pinned
        securityContext:
            # careful
            readOnlyRootFilesystem: true

      - {name: side, image: a.example/a:1}
      - { image: a.example/b:1, name: other, securityContext: {} }
";

#[test]
fn comments_order_and_layout_stay() {
    let mended = mended(BLOCK);
    assert_eq!(mended.left, []);
    let expected = BLOCK
        .replace(
            "      serviceAccountName: cart   # its own\n",
            "      serviceAccountName: cart   # its own\n      securityContext:\n        seccompProfile: {type: RuntimeDefault}\n",
        )
        .replace(
            "            readOnlyRootFilesystem: true\n",
            "            readOnlyRootFilesystem: true\n            allowPrivilegeEscalation: false\n",
        )
        .replace("{name: side,", "{securityContext: {allowPrivilegeEscalation: false}, name: side,")
        .replace("securityContext: {} }", "securityContext: {allowPrivilegeEscalation: false} }");
    assert_eq!(text(&mended), expected);
    let after = found(&mended.bytes);
    for (id, _) in SAFE {
        assert!(!after.iter().any(|(found, _)| found == id), "{id}");
    }
    // A second time there is nothing to do.
    let again = mend(&mended.bytes, &after, 36);
    assert_eq!(again.bytes, mended.bytes);
}

#[test]
fn line_ends_and_marks_stay() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec:\n  containers:\n    - name: a\n      image: a.example/a:1";
    for (before, end) in [
        (format!("\u{feff}{}", text.replace('\n', "\r\n")), "\r\n"),
        (text.to_owned(), "\n"),
    ] {
        let mended = mend(before.as_bytes(), &found(before.as_bytes()), 36);
        let after = self::text(&mended);
        assert!(after.contains(&format!("name: a{end}      securityContext:{end}        allowPrivilegeEscalation: false{end}")), "{after:?}");
        assert_eq!(
            after.starts_with('\u{feff}'),
            before.starts_with('\u{feff}')
        );
        assert_eq!(after.ends_with('\n'), before.ends_with('\n'));
        assert_eq!(after.matches('\n').count(), after.matches(end).count());
    }
}

#[test]
fn versions_are_named_anew() {
    let role = "apiVersion: 'rbac.authorization.k8s.io/v1beta1' # old\nkind: Role\nmetadata: {name: a, namespace: b}\nrules: []\n---\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a, namespace: b}\nspec: {selector: {}}\n";
    let mended = mended(role);
    assert!(text(&mended).starts_with("apiVersion: 'rbac.authorization.k8s.io/v1' # old\n"));
    assert!(text(&mended).contains("policy/v1beta1"));
    assert_eq!(mended.left.len(), 1);
}

#[test]
fn the_account_has_its_name_of_today() {
    let pod = |account: &str| {
        format!(
            "# top\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a, namespace: b}}\nspec:\n  template:\n    spec:\n      {account}\n      containers: []\n"
        )
    };
    for (old, new) in [
        (
            "serviceAccount: cart   # its own",
            "serviceAccountName: cart   # its own",
        ),
        (
            "'serviceAccount': \"cart\"",
            "'serviceAccountName': \"cart\"",
        ),
        ("\"serviceAccount\" : cart", "\"serviceAccountName\" : cart"),
        (
            "serviceAccount:\n        cart",
            "serviceAccountName:\n        cart",
        ),
        // Both are set, it is no name, another place shares it, or it is not certain.
        ("serviceAccount: cart\n      serviceAccountName: cart", ""),
        ("serviceAccount: ''", ""),
        ("serviceAccount: 7", ""),
        ("<<: &x {serviceAccount: cart}", ""),
        ("? serviceAccount\n      : cart", ""),
        ("\"service\\x41ccount\": cart", ""),
        ("serviceAccount: a\n      serviceAccount: b", ""),
    ] {
        let wanted = found(pod(old).as_bytes());
        let only = wanted
            .into_iter()
            .filter(|(id, _)| id == "deprecated-field");
        let mended = mend(pod(old).as_bytes(), &only.collect(), 36);
        let expected = if new.is_empty() { old } else { new };
        assert_eq!(text(&mended), pod(expected), "{old}: {:?}", mended.left);
        let after = found(&mended.bytes);
        let is_told = after.iter().any(|(id, _)| id == "deprecated-field");
        assert!(new.is_empty() || !is_told, "{old}");
    }
    let flow = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {serviceAccount: a, containers: []}\n";
    assert!(text(&mended(flow)).contains("serviceAccountName: a, containers"));
}

/// Nothing is written where it could break, or is not certain.
#[test]
fn what_is_not_safe_is_left() {
    let pod = |container: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: b}}\nspec:\n  securityContext: {{seccompProfile: {{type: RuntimeDefault}}}}\n  containers:\n{container}"
        )
    };
    for (container, reason) in [
        (
            "  - name: a\n    image: a:1\n    securityContext: {privileged: true}\n",
            "privileged",
        ),
        (
            "  - name: a\n    image: a:1\n    securityContext: {allowPrivilegeEscalation: true}\n",
            "somebody",
        ),
        (
            "  - name: a\n    image: a:1\n    securityContext: {capabilities: {add: [CAP_SYS_ADMIN]}}\n",
            "capability",
        ),
        (
            "  - name: a\n    image: a:1\n    command: [sh, -c, \"sudo run\"]\n",
            "rights",
        ),
        (
            "  - name: a\n    image: a:1\n    securityContext: &one {runAsUser: 7}\n",
            "anchor",
        ),
        (
            "  - name: a\n    image: a:1\n    securityContext:\n",
            "no map",
        ),
        ("  - name: |\n      a\n    image: >\n      a:1\n", "certain"),
    ] {
        let text = pod(container);
        let mended = mended(&text);
        assert_eq!(self::text(&mended), text);
        let is_told = mended.left.iter().any(|(.., why)| why.contains(reason));
        assert!(is_told, "{reason}: {:?}\n{text}", mended.left);
    }
    let merged = "base: &base {image: a.example/a:1}\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec:\n  containers:\n  - <<: *base\n    name: a\n";
    assert_eq!(text(&mended(merged)), merged);
    let json = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}, \"spec\": {\"containers\": [{\"name\": \"a\", \"image\": \"a:1\"}]}}";
    assert_eq!(text(&mended(json)), json);
}

proptest! {
    /// Whatever stands there: nothing but what was to be mended differs, and every line with a
    /// comment is there as it was.
    #[test]
    fn nothing_else_differs(
        indent in 0_usize..4,
        keys in proptest::sample::subsequence(vec!["image: a.example/a:1", "imagePullPolicy: Always # c", "tty: true", "env: [{name: A, value: b}]", "securityContext: {runAsUser: 7}", "args:\n# odd\n@- a\n@- |\n@  b", "workingDir: >-\n@ /a\n@ /b"], 1..7),
        end in "(\n|\r\n)",
    ) {
        let pad = " ".repeat(indent);
        let mut text = "# top\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec:\n  containers:\n".to_owned();
        for (index, key) in keys.iter().enumerate() {
            let dash = if index == 0 { "- " } else { "  " };
            let inner = format!("  {pad}    ");
            writeln!(text, "  {pad}{dash}{}", key.replace('@', &inner)).unwrap();
        }
        let text = text.replace('\n', &end);
        let mended = mended(&text);
        let (before, _) = yaml::parse(text.as_bytes());
        let (after, error) = yaml::parse(&mended.bytes);
        prop_assert!(error.is_none());
        let mut differences = 0;
        prop_assert!(is_alike(&before[0].root, &after[0].root, &mut differences));
        let new = self::text(&mended);
        for line in text.lines().filter(|line| line.contains('#')) {
            prop_assert!(new.lines().any(|one| one == line), "{}", line);
        }
    }

    #[test]
    fn any_bytes_are_left_whole(text in "(apiVersion: v1\n|kind: Pod\n|spec:\n|  containers:\n|  - name: a\n|[&*a{}\\[\\]:\r\n -]){0,40}") {
        mended(&text);
    }
}
