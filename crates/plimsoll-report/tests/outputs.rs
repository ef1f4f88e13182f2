//! Every output format on one rich report: snapshots, and what holds for all of them.

#[path = "support/sample.rs"]
mod sample;

use plimsoll_report::OUTPUTS;

#[test]
fn table() {
    let report = sample::report();
    insta::assert_snapshot!(sample::written("table", &report, &sample::options()));
    let verbose = plimsoll_report::WriteOptions {
        verbose: true,
        ..sample::options()
    };
    insta::assert_snapshot!("table_verbose", sample::written("table", &report, &verbose));
}

#[test]
fn list_is_sorted_and_matches_the_folder() {
    let ids: Vec<_> = OUTPUTS.iter().map(|format| format.id()).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(ids, sorted);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/outputs");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".rs").map(|stem| stem.replace('_', "-")))
        .collect();
    files.sort();
    assert_eq!(ids, files);
}
