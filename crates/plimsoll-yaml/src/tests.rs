use proptest::prelude::*;

use super::*;

fn one(text: &str) -> Document {
    let (mut documents, error) = parse(text.as_bytes());
    assert_eq!(error, None, "{text}");
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}

fn error(text: &str) -> YamlError {
    parse(text.as_bytes()).1.unwrap()
}

const fn at(line: u32, column: u32) -> Place {
    Place { line, column }
}

#[test]
fn places_are_those_of_the_text() {
    let document = one("# a comment\nspec:\n  containers:\n    - name: a\n      image: b\n");
    let item = &document
        .root
        .at_path(&["spec", "containers"])
        .unwrap()
        .items()[0];
    assert_eq!(item.at, at(4, 7));
    assert_eq!(item.entry("image").unwrap().at, at(5, 7));
    assert_eq!(item.get("image").unwrap().at, at(5, 14));
}

#[test]
fn scalars_mean_what_kubernetes_takes_them_for() {
    let cases = [
        ("yes", Value::Bool(true)),
        ("off", Value::Bool(false)),
        ("\"yes\"", Value::Text("yes".into())),
        ("!!str 12", Value::Text("12".into())),
        ("0644", Value::Int(0o644)),
        ("0x1f", Value::Int(31)),
        ("-12", Value::Int(-12)),
        ("1.5", Value::Float(1.5)),
        ("1.5.2", Value::Text("1.5.2".into())),
        ("1e3", Value::Float(1000.0)),
        ("-a", Value::Text("-a".into())),
        ("1Gi", Value::Text("1Gi".into())),
        (
            "9223372036854775808",
            Value::Float(9_223_372_036_854_775_808.0),
        ),
        ("~", Value::Null),
        ("infinity", Value::Text("infinity".into())),
    ];
    for (text, value) in cases {
        let document = one(&format!("[{text}]"));
        assert_eq!(
            document.root.items().first().map(|n| &n.value),
            Some(&value),
            "{text}"
        );
    }
}

#[test]
fn json_is_read_as_well() {
    let document = one("{\"a\": [1, true, null, \"b\\u0041\"],\n\t\"c\": {\"d\": \"\"}}");
    assert_eq!(document.root.get("a").unwrap().items().len(), 4);
    assert_eq!(
        document.root.at_path(&["c", "d"]).unwrap().as_str(),
        Some("")
    );
}

/// Values one after the other are documents, as for kubectl, each with its place.
#[test]
fn json_goes_on_without_a_line_between() {
    let (documents, error) = parse(b"{\"a\": 1}\n\n  {\n\"a\": 2}\n{\"a\": 3}");
    assert_eq!(error, None);
    let places: Vec<Place> = documents
        .iter()
        .map(|document| document.root.get("a").unwrap().at)
        .collect();
    assert_eq!(places, [at(1, 7), at(4, 6), at(5, 7)]);
    for (text, line) in [
        ("{\"a\": 1} {\"a\": 2}", 1),
        ("{\"a\": 1}\nrubbish", 2),
        ("\n{\"a\": 1},", 2),
        ("{\"b\":\n{\"a\": 1}},", 2),
        ("{\"a\": 1}\n{\"a\": 2}\n{\"a\": ]", 3),
    ] {
        let (documents, error) = parse(text.as_bytes());
        assert_eq!(error.unwrap().at.line, line, "{text}");
        assert!(documents.len() < 3, "{text}: {documents:?}");
        assert!(
            documents.is_sorted_by(|a, b| a.root.at < b.root.at),
            "{text}"
        );
    }
}

#[test]
fn of_a_key_that_stands_twice_the_last_counts() {
    let document = one("a: 1\nb: 2\na: 3\n");
    assert_eq!(document.root.get("a").unwrap().as_int(), Some(3));
    assert_eq!(document.duplicates, [(at(3, 1), "a".into())]);
}

#[test]
fn anchors_and_merge_keys_are_put_in() {
    let document = one("base: &b {p: 1, q: 2}\nuse: {<<: *b, q: 3}\nagain: *b\n");
    let used = document.root.get("use").unwrap();
    assert_eq!(used.get("p").unwrap().as_int(), Some(1));
    assert_eq!(used.get("q").unwrap().as_int(), Some(3));
    assert_eq!(
        document.root.at_path(&["again", "q"]).unwrap().as_int(),
        Some(2)
    );
}

#[test]
fn documents_are_told_apart_and_empty_ones_left_out() {
    let (documents, error) = parse(b"a: 1\n---\n# nothing\n---\nb: 2\n...\n");
    assert_eq!((documents.len(), error), (2, None));
}

#[test]
fn a_byte_order_mark_is_no_key() {
    let (documents, error) = parse(b"\xef\xbb\xbfkind: Pod\n");
    assert_eq!(error, None);
    assert!(documents[0].root.get("kind").is_some());
    assert_eq!(
        parse(b"\xff\xfek\0").1.unwrap().hint,
        Some("save it as UTF-8")
    );
    assert_eq!(parse(b"a: 1\nb: \xff").1.unwrap().at, at(2, 4));
}

#[test]
fn errors_say_where_and_what_to_do() {
    let template = error("metadata:\n  {{- include \"labels\" . | nindent 4 }}\n");
    assert!(template.hint.unwrap().contains("template"), "{template:?}");
    let tabs = error("metadata:\n\tname: a\n");
    assert!(tabs.hint.unwrap().contains("tabs"), "{tabs:?}");
    assert_eq!(error("a: [1, 2\nb: 3\n").at.line, 2);
}

/// What stood before the error is kept: a broken last document hides no other.
#[test]
fn documents_before_an_error_are_kept() {
    let (documents, error) = parse(b"kind: Pod\n---\n\tbad: [\n");
    assert_eq!(documents.len(), 1);
    assert!(error.is_some());
}

/// Ten aliases of ten aliases, nine levels deep, would be a billion values.
#[test]
fn what_aliases_multiply_is_bounded() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let before = level - 1;
        let list = vec![format!("*a{before}"); 10].join(", ");
        text.extend([format!("a{level}: &a{level} [{list}]\n")]);
    }
    assert!(error(&text).message.contains("aliases"));
    assert!(error("a: &a [*a]").message.contains("part of"));
}

#[test]
fn depth_is_bounded() {
    let endless = error(&"[".repeat(100_000));
    assert!(endless.message.contains("not valid YAML"), "{endless:?}");
    let mut blocks = String::new();
    for level in 0..200 {
        blocks.extend([" ".repeat(level).as_str(), "a:\n"]);
    }
    assert!(error(&blocks).message.contains("nested deeper"));
    // Aliases of aliases nest as deep as what they stand for.
    let chain = |links: usize, each: usize| {
        let (open, close) = ("[".repeat(each), "]".repeat(each));
        let link = |link: usize| format!("- &a{} {open}*a{link}{close}\n", link + 1);
        let links: String = (0..links).map(link).collect();
        format!("- &a0 1\n{links}")
    };
    assert_eq!(parse(chain(9, 11).as_bytes()).1, None);
    let deep = error(&chain(10, 10));
    assert!(deep.message.contains("nested deeper"), "{deep:?}");
    assert!(error(&chain(190, 98)).message.contains("nested deeper"));
    // A merged map comes no deeper than where it is merged.
    let merged: String = (0..150).fold("m0: &m0 {a: 1}\n".to_owned(), |text, link| {
        format!("{text}m{0}: &m{0} {{<<: *m{link}}}\n", link + 1)
    });
    assert_eq!(parse(merged.as_bytes()).1.map(|it| it.message), None);
    let deep = format!("{}1{}", "[".repeat(DEPTH_MAX), "]".repeat(DEPTH_MAX));
    assert_eq!(parse(deep.as_bytes()).1, None);
}

proptest! {
    /// Whatever the bytes, reading ends, and places lie in the text.
    #[test]
    fn reading_any_text_ends(text in "[ a-z:\\-\\[\\]{}&*#|>'\"\n\t0-9!<]{0,200}") {
        let (documents, error) = parse(text.as_bytes());
        let lines = u32::try_from(text.lines().count()).unwrap() + 1;
        for document in documents {
            prop_assert!(document.root.at.line <= lines);
        }
        if let Some(error) = error {
            prop_assert!(error.at.line <= lines);
        }
    }
}

#[test]
fn lines_inside_brackets_and_quotes_may_stand_further_left() {
    let text = "- items: [\n    a,\n b,\n  ]\n- c: {\nd: 'e\nf'\n}\n  \n- \"g\n\n h\"\n";
    let (documents, error) = parse(text.as_bytes());
    assert_eq!(error, None);
    let root = &documents[0].root;
    let items = root.items()[0].get("items").unwrap();
    assert_eq!(items.items()[1].as_str(), Some("b"));
    assert_eq!(items.items()[1].at, Place { line: 3, column: 2 });
    let inner = root.items()[1].get("c").unwrap().entry("d").unwrap();
    assert_eq!(inner.at, Place { line: 6, column: 1 });
    assert_eq!(inner.value.as_str(), Some("e f"));
    assert_eq!(root.items()[2].as_str(), Some("g\nh"));
    let (_, error) = parse(b"a:\n  b: 1\n c: 2\n");
    assert_ne!(error, None);
}
