//! The test cluster itself: it comes up, answers, and is gone afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use plimsoll_test_cluster::Cluster;
use serde_json::json;

#[test]
fn answers_and_is_gone_afterwards() {
    let cluster = Cluster::start();
    let admin = cluster.admin();
    let version = admin.get("/version");
    assert_eq!(version.body["minor"], "36", "{version:?}");
    cluster.namespace("shop", &json!({"team": "a"}));
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cart"},
        "spec": {"containers": [{"name": "cart", "image": "cart:1"}]},
    });
    admin.create("/api/v1/namespaces/shop/pods", &pod);
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
        "spec": {"user": "jane", "resourceAttributes": {"verb": "list", "resource": "pods"}},
    });
    let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    let begun = std::time::Instant::now();
    let answers = admin.parallel(&[(); 2000], |client, ()| client.post(path, &review));
    eprintln!("2000 reviews in {:?}", begun.elapsed());
    assert!(
        answers
            .iter()
            .all(|answer| answer.body["status"]["allowed"] == false)
    );
    assert_eq!(cluster.client("jane").get("/api/v1/pods").status, 403);
    assert_eq!(
        admin.get("/api/v1/pods").body["items"][0]["metadata"]["name"],
        "cart"
    );

    let (url, folder) = (cluster.url(), cluster.folder().to_owned());
    drop(cluster);
    let port = url.rsplit(':').next().unwrap().parse::<u16>().unwrap();
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!folder.exists());
}
