use super::*;

fn cut(text: &str) -> Vec<(u32, String)> {
    parts(0, "a.yaml".to_owned(), text.as_bytes().to_vec())
        .flat_map(|part| {
            let documents = part.documents();
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            documents
                .map(|(line, bytes)| (line, text(bytes)))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn documents_begin_at_their_markers() {
    let cases: [(&str, &[(u32, &str)]); 8] = [
        ("", &[]),
        ("a: 1\n", &[(1, "a: 1\n")]),
        (
            "---\na: 1\n---\nb: 1\n",
            &[(1, "---\na: 1\n"), (3, "---\nb: 1\n")],
        ),
        (
            "a: 1\n--- # b\nb: 1",
            &[(1, "a: 1\n"), (2, "--- # b\nb: 1")],
        ),
        ("a: |\n ---\n  x\n", &[(1, "a: |\n ---\n  x\n")]),
        ("a: 1\n---b: 2\n", &[(1, "a: 1\n---b: 2\n")]),
        (
            "a: 1\r\n---\r\nb: 2",
            &[(1, "a: 1\r\n"), (2, "---\r\nb: 2")],
        ),
        ("%YAML 1.2\n---\na: 1\n", &[(1, "%YAML 1.2\n---\na: 1\n")]),
    ];
    for (text, wanted) in cases {
        let wanted: Vec<(u32, String)> = wanted
            .iter()
            .map(|(line, text)| (*line, (*text).to_owned()))
            .collect();
        assert_eq!(cut(text), wanted, "{text:?}");
    }
}

/// Whatever is cut, nothing is lost and lines are those of the file.
#[test]
fn parts_are_the_file() {
    let document =
        |number: usize| format!("---\nkind: A{number}\nx: {}\n", "y".repeat(number * 20));
    let text: String = (0..200).map(document).collect();
    let all: Vec<Part> = parts(0, String::new(), text.clone().into_bytes()).collect();
    assert!(all.len() > 3);
    let joined: Vec<u8> = all.iter().flat_map(|part| part.bytes().to_vec()).collect();
    assert_eq!(joined, text.as_bytes());
    let found = cut(&text);
    assert_eq!(found.len(), 200);
    for (number, (line, _)) in found.iter().enumerate() {
        assert_eq!(*line as usize, number * 3 + 1);
    }
}
/// Objects with their places, what is no object, and keys that stand twice.
#[derive(Debug, PartialEq)]
struct Content {
    objects: Vec<(yaml::Node, String)>,
    strays: Vec<(Place, &'static str)>,
    duplicates: Vec<(Place, yaml::Word)>,
    errors: usize,
}

fn content(read: impl Iterator<Item = (Vec<Document>, Option<YamlError>)>) -> Content {
    let mut out = Content {
        objects: Vec::new(),
        strays: Vec::new(),
        duplicates: Vec::new(),
        errors: 0,
    };
    for (documents, error) in read {
        out.errors += usize::from(error.is_some());
        for document in &documents {
            let mut list = Vec::new();
            crate::objects(&document.root, &mut list);
            let named = list
                .iter()
                .map(|object| (object.node.clone(), object.display()));
            out.objects.extend(named);
            out.strays.extend(crate::object::strays(&document.root));
            out.duplicates.extend(document.duplicates.iter().cloned());
        }
    }
    out
}

/// What is read of a list that is cut small, and of how many parts; the same as of one tree.
fn pieces(text: &str) -> usize {
    let whole = content(std::iter::once(yaml::parse(text.as_bytes())));
    let all: Vec<Part> = Parts::new(0, String::new(), text.as_bytes().to_vec(), 80).collect();
    let cut = content(all.iter().flat_map(Part::read));
    assert_eq!(cut, whole, "{text}");
    all.len()
}

/// An item for each of the forms: with a list at its own indentation, block text that looks like an
/// item, letters of several bytes, a key twice, a list of its own, half an object.
const ITEMS: [&str; 7] = [
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: pod\nspec:\n  containers:\n  - name: a\n    image: b\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: text\ndata:\n  a: |\n    - apiVersion: v1\n    items:\n\n    # no comment\n  b: '*x'\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: größe, labels: {x: \"ä \\\" [{,\"}}\n",
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: twice\n  name: again\n",
    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: inner\n",
    "kind: Half\n",
    "42\n",
];

fn block(indent: &str, before: &str, after: &str) -> String {
    let items = ITEMS.iter().cycle().take(20);
    let items = items.map(|item| {
        let text = item.trim_end().replace('\n', &format!("\n{indent}  "));
        format!("{indent}- {text}\n")
    });
    format!("{before}items:\n{}{after}", items.collect::<String>())
}

/// As one tree or in pieces: objects, places, and all that is to be told are the same.
#[test]
fn lists_in_block_style_are_cut_between_their_items() {
    for indent in ["", "  "] {
        for (before, after) in [
            (
                "apiVersion: v1\n",
                "kind: List\nmetadata:\n  resourceVersion: \"\"\n",
            ),
            ("# all\nkind: PodList\napiVersion: v1\n", ""),
            ("---\nkind: List\napiVersion: v1\n\n", "# the end\n"),
        ] {
            let text = block(indent, before, after);
            assert!(pieces(&text) > 5, "{text}");
            assert!(pieces(&text.replace('\n', "\r\n")) > 5, "{text}");
            let among =
                format!("kind: A\napiVersion: b\n---\n{text}\n---\nkind: C\napiVersion: d\n");
            assert!(before.starts_with("---") || pieces(&among) > 7, "{text}");
        }
    }
}

#[test]
fn lists_in_json_are_cut_between_their_items() {
    let item = |number: usize| {
        format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"größe-{number}\", \"labels\": {{\"a\": \"]}}\\\"[{{,\", \"items\": [1, 2]}}}}}}"
        )
    };
    let items: Vec<String> = (0..20).map(item).collect();
    for (between, indent) in [(",", ""), (",\n", "        "), (" , \n\n", "\t")] {
        let items = items.iter().map(|item| format!("{indent}{item}"));
        let items = items.collect::<Vec<_>>().join(between);
        for text in [
            format!("{{\"apiVersion\":\"v1\",\"items\":[{items}],\"kind\":\"List\"}}"),
            format!("\n{{\n \"kind\": \"PodList\",\n \"items\": [\n{items}\n ]\n}}\n"),
            format!(
                "{{\"kind\": \"List\", \"metadata\": {{\"items\": [7]}}, \"items\" : [ {items} ]}}"
            ),
        ] {
            assert!(pieces(&text) > 5, "{text}");
        }
    }
}

/// What cannot be cut safely is one tree.
#[test]
fn unusual_lists_are_read_whole() {
    let plain = block("", "kind: List\napiVersion: v1\n", "");
    assert!(pieces(&plain) > 5);
    let whole = [
        // No list, none by name, one without a kind.
        plain.replacen("kind: List", "kind: Other", 1),
        block("", "", ""),
        block("", "kind: List\nitems: []\n", ""),
        // What an item needs stands outside of it.
        format!("{plain}- kind: &kind Pod\n  apiVersion: v1\n- kind: *kind\n  apiVersion: v1\n"),
        format!("{plain}# plimsoll: allow host-network, known\n- kind: A\n  apiVersion: b\n"),
        // Something else at the indentation of the items.
        block("  ", "kind: List\napiVersion: v1\n", " x: 1\n"),
        // Flow style that is no JSON.
        format!(
            "{{kind: List, items: [{}]}}",
            "{kind: 'A', apiVersion: b}, ".repeat(20)
        ),
        format!(
            "{{\"kind\": \"List\", \"items\": [{}]}}",
            "{\"kind\": \"A\"}, # x\n".repeat(20)
        ),
        format!(
            "{{\"kind\": \"List\", \"items\": [], \"items\": [{}]}}",
            "{\"kind\": \"A\"}, ".repeat(20)
        ),
    ];
    for text in whole {
        assert_eq!(pieces(&text), 1, "{text}");
    }
    // What looks like an anchor or an alias alone is neither.
    let text = plain.replace("image: b", "image: b\n    args: [\"a &b\", '- *c']");
    assert!(pieces(&text) > 5);
}

/// An item that cannot be read hides no other piece, and its error has its place.
#[test]
fn a_broken_item_is_told_with_its_place() {
    let before = block("", "kind: List\napiVersion: v1\n", "");
    let text = format!(
        "{before}- a: [\n{}",
        block("", "", "").replacen("items:\n", "", 1)
    );
    let all: Vec<Part> = Parts::new(0, String::new(), text.into_bytes(), 80).collect();
    let read: Vec<_> = all.iter().flat_map(Part::read).collect();
    let errors: Vec<&YamlError> = read
        .iter()
        .filter_map(|(_, error)| error.as_ref())
        .collect();
    let line = u32::try_from(before.lines().count()).unwrap();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(
        (line..line + 8).contains(&errors[0].at.line),
        "{:?}",
        errors[0].at
    );
    assert!(content(read.into_iter()).objects.len() > 20);
}

proptest::proptest! {
    /// Whatever stands there, cutting panics nowhere and loses no bytes of lists that are none.
    #[test]
    fn any_text_can_be_cut(text in "(kind: List\n|items:\n|- |  |[a-z]: [0-9&*\"{},-]{1,4}\n|\n){0,60}") {
        let whole = content(std::iter::once(yaml::parse(text.as_bytes())));
        let parts: Vec<Part> = Parts::new(0, String::new(), text.into_bytes(), 8).collect();
        let cut = content(parts.iter().flat_map(Part::read));
        if whole.errors == 0 && cut.errors == 0 {
            proptest::prop_assert_eq!(cut, whole);
        } else {
            proptest::prop_assert!(cut.errors > 0 || whole.errors > 0);
        }
    }
}
