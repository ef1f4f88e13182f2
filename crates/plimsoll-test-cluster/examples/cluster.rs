//! Runs a test cluster until standard input ends, and says where its kubeconfig is:
//! `cargo run -p plimsoll-test-cluster --example cluster`.

#![allow(clippy::print_stdout, reason = "an example")]

fn main() {
    let cluster = plimsoll_test_cluster::Cluster::start();
    println!("{}", cluster.kubeconfig("admin").display());
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
}
