//! `cargo xtask manifests`: writes manifests of invented shops, to measure with.
//!
//! The same arguments write the same bytes. Most applications are set up well; each mistake is made by
//! a known share of them, so that findings come in numbers that a real repository has.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

/// Applications of a namespace.
const NAMESPACE_APPLICATIONS: usize = 40;

#[derive(Args)]
pub struct Arguments {
    /// Folder to write to; made where it is missing
    folder: PathBuf,
    /// How many objects
    #[arg(long, default_value_t = 1_000)]
    objects: usize,
    #[arg(long, value_enum, default_value_t = Layout::Various)]
    layout: Layout,
}

/// How objects lie in files.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// One to each file
    Single,
    /// An application to a file, now and then twenty or two hundred
    Various,
    /// One file of many documents
    Together,
    /// One file with a `List`, as `kubectl get -o yaml` writes it
    List,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let bytes = write(&arguments.folder, arguments.objects, arguments.layout)?;
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    eprintln!("{} objects, {mebibytes:.1} MiB", arguments.objects);
    Ok(())
}

/// Writes so many objects; gives their size in bytes.
pub fn write(folder: &Path, objects: usize, layout: Layout) -> Result<usize> {
    std::fs::create_dir_all(folder).context("failed to make the folder")?;
    let mut all = (0..).flat_map(application).take(objects).peekable();
    let mut bytes = 0;
    let mut number = 0;
    while all.peek().is_some() {
        let take = match layout {
            Layout::Single => 1,
            Layout::Together | Layout::List => objects,
            Layout::Various if number % 500 == 499 => 800,
            Layout::Various if number % 50 == 49 => 80,
            Layout::Various => 4,
        };
        let name = match layout {
            Layout::List => "all.yaml".to_owned(),
            _ => format!("{:03}/{number:06}.yaml", number / 500),
        };
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        let mut put = |text: &str| {
            bytes += text.len();
            file.write_all(text.as_bytes())
        };
        if layout == Layout::List {
            put("apiVersion: v1\nitems:\n")?;
        }
        for text in all.by_ref().take(take) {
            if layout == Layout::List {
                put(&format!("- {}", text.trim_end().replace('\n', "\n  ")))?;
                put("\n")?;
            } else {
                put("---\n")?;
                put(&text)?;
            }
        }
        if layout == Layout::List {
            put("kind: List\n")?;
        }
        file.flush()?;
        number += 1;
    }
    Ok(bytes)
}

/// Whether an application makes a mistake that so many of a hundred make.
fn slips(number: usize, mistake: usize, of_hundred: usize) -> bool {
    // A multiplication that scatters well is enough, and is the same everywhere.
    let mixed = (number * 31 + mistake * 7 + 1).wrapping_mul(0x9E37_79B9) >> 7;
    mixed % 100 < of_hundred
}

/// The objects of an application.
fn application(number: usize) -> Vec<String> {
    let name = format!("app-{number:05}");
    let namespace = format!("shop-{:04}", number / NAMESPACE_APPLICATIONS);
    let metadata = format!(
        "metadata:\n  name: {name}\n  namespace: {namespace}\n  labels:\n    app.kubernetes.io/name: {name}\n    app.kubernetes.io/part-of: {namespace}\n"
    );
    let mut out = vec![
        deployment(number, &name, &metadata),
        format!(
            "apiVersion: v1\nkind: Service\n{metadata}spec:\n  type: ClusterIP\n  selector:\n    app.kubernetes.io/name: {name}\n  ports:\n    - name: http\n      port: 80\n      targetPort: http\n"
        ),
        config_map(number, &metadata),
    ];
    if number.is_multiple_of(3) {
        out.push(format!(
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\n{metadata}spec:\n  maxUnavailable: 1\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: {name}\n"
        ));
    }
    if number % 3 == 1 {
        out.push(format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n{metadata}spec:\n  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: {name}\n  policyTypes: [Ingress]\n  ingress:\n    - from:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: {namespace}\n      ports:\n        - protocol: TCP\n          port: http\n"
        ));
    }
    if number % 3 == 2 {
        out.push(format!(
            "apiVersion: v1\nkind: ServiceAccount\n{metadata}automountServiceAccountToken: false\n"
        ));
    }
    out
}

fn config_map(number: usize, metadata: &str) -> String {
    let mut text = format!("apiVersion: v1\nkind: ConfigMap\n{metadata}data:\n");
    for key in 0..4 {
        let _ = writeln!(
            text,
            "  feature-{key}.enabled: \"{}\"",
            (number + key).is_multiple_of(2)
        );
    }
    text.push_str("  settings.ini: |\n    [server]\n    port = 8080\n    threads = 8\n    [store]\n    host = db\n    timeout_ms = 500\n");
    text
}

fn deployment(number: usize, name: &str, metadata: &str) -> String {
    let tag = if slips(number, 1, 4) {
        "latest"
    } else {
        "2.14.3"
    };
    let digest = format!("{:064x}", u128::from(number as u64) * 0x9E37_79B9_7F4A_7C15);
    let image = if slips(number, 2, 30) {
        format!("registry.example/shop/{name}:{tag}")
    } else {
        format!("registry.example/shop/{name}:{tag}@sha256:{digest}")
    };
    let security = if slips(number, 3, 10) {
        "          securityContext:\n            runAsUser: 0\n"
    } else {
        "          securityContext:\n            allowPrivilegeEscalation: false\n            readOnlyRootFilesystem: true\n            runAsNonRoot: true\n            runAsUser: 10001\n            capabilities:\n              drop: [ALL]\n            seccompProfile:\n              type: RuntimeDefault\n"
    };
    let limits = if slips(number, 4, 12) {
        ""
    } else {
        "            limits:\n              cpu: \"1\"\n              memory: 256Mi\n"
    };
    let probe = if slips(number, 5, 8) {
        String::new()
    } else {
        ["livenessProbe", "readinessProbe"]
            .map(|probe| format!("          {probe}:\n            httpGet:\n              path: /healthz\n              port: http\n            periodSeconds: 10\n"))
            .concat()
    };
    let secret = if slips(number, 6, 2) {
        "            - name: DB_PASSWORD\n              value: correct-horse\n"
    } else {
        ""
    };
    let replicas = if slips(number, 7, 10) { 1 } else { 3 };
    format!(
        "apiVersion: apps/v1
kind: Deployment
{metadata}spec:
  replicas: {replicas}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      serviceAccountName: {name}
      automountServiceAccountToken: false
      containers:
        - name: main
          image: {image}
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
{secret}          envFrom:
            - configMapRef:
                name: {name}
{probe}          resources:
            requests:
              cpu: 100m
              memory: 128Mi
{limits}{security}          volumeMounts:
            - name: scratch
              mountPath: /tmp
      volumes:
        - name: scratch
          emptyDir:
            sizeLimit: 64Mi
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is measured must stay comparable: a Deployment of about sixty lines, an object's mean
    /// size near a kilobyte, mistakes in a part of them.
    #[test]
    fn objects_are_of_usual_size() {
        let all: Vec<String> = (0..300).flat_map(application).collect();
        let bytes: usize = all.iter().map(String::len).sum();
        assert!(
            (600..1_200).contains(&(bytes / all.len())),
            "{}",
            bytes / all.len()
        );
        let lines = application(0)
            .first()
            .map_or(0, |text| text.lines().count());
        assert!((50..=80).contains(&lines), "{lines}");
        let roots = all
            .iter()
            .filter(|text| text.contains("runAsUser: 0"))
            .count();
        assert!((10..80).contains(&roots), "{roots}");
    }
}
