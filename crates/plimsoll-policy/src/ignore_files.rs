//! Ignore files of other scanners, read as exceptions: `.trivyignore`, `.trivyignore.yaml` and
//! `.grype.yaml`.
//!
//! They name neither owner nor, mostly, an end; the exceptions say so by leaving those empty.
//! Formats: Trivy's "Filtering" and Grype's "Specifying matches to ignore" documentation.

use plimsoll_model::Date;
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::PolicyError;
use crate::document::{POLICY_BYTES_MAX, yaml_error};
use crate::exception::{Exception, Origin};
use crate::glob::Glob;

/// The ignore files that are looked for beside a policy.
pub const IGNORE_FILES: &[&str] = &[".trivyignore", ".trivyignore.yaml", ".grype.yaml"];

/// Reads an ignore file by its name. `file` is the path for messages.
pub fn parse(text: &str, file: &str) -> Result<Vec<Exception>, PolicyError> {
    if text.len() > POLICY_BYTES_MAX {
        return Err(PolicyError::new(
            file,
            format!("file is larger than the limit of {POLICY_BYTES_MAX} bytes"),
        ));
    }
    let name = file.rsplit('/').next().unwrap_or(file);
    match name.rsplit_once('.') {
        _ if name.contains("grype") => grype(text, file),
        Some((_, "yaml" | "yml")) => trivy_yaml(text, file),
        _ => trivy_lines(text, file),
    }
}

/// An exception that describes everything, to be narrowed.
fn blank(file: &str, line: u64) -> Exception {
    Exception {
        ids: Vec::new(),
        package: None,
        name: None,
        version: None,
        path: None,
        layer: None,
        image: None,
        only_unfixed: false,
        owner: None,
        reason: None,
        expires: None,
        origin: Origin {
            file: file.to_owned(),
            line: u32::try_from(line).ok(),
        },
    }
}

/// One id a line, `#` comments, `exp:2023-01-01` behind an id.
fn trivy_lines(text: &str, file: &str) -> Result<Vec<Exception>, PolicyError> {
    let mut out = Vec::new();
    let mut comment: Option<String> = None;
    for (number, line) in (1_u64..).zip(text.lines()) {
        let line = line.trim();
        if let Some(said) = line.strip_prefix('#') {
            comment = Some(said.trim().to_owned());
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(id) = words.next() else {
            comment = None;
            continue;
        };
        let mut exception = blank(file, number);
        exception.ids = vec![id.to_owned()];
        exception.reason = comment.take();
        for word in words.take_while(|word| !word.starts_with('#')) {
            let day = word
                .strip_prefix("exp:")
                .and_then(|day| day.parse::<Date>().ok());
            exception.expires = Some(day.ok_or_else(|| {
                PolicyError::new(file, format!("`{word}` is not understood"))
                    .at(number, 1)
                    .hint("behind an id only `exp:2027-01-31` may stand")
            })?);
        }
        out.push(exception);
    }
    Ok(out)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TrivyForm {
    vulnerabilities: Vec<Spanned<TrivyEntry>>,
    misconfigurations: Vec<Spanned<TrivyEntry>>,
    secrets: Vec<Spanned<TrivyEntry>>,
    licenses: Vec<Spanned<TrivyEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrivyEntry {
    id: String,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    purls: Vec<String>,
    expired_at: Option<String>,
    statement: Option<String>,
}

fn trivy_yaml(text: &str, file: &str) -> Result<Vec<Exception>, PolicyError> {
    let form: TrivyForm = read_yaml(text, file)?;
    let mut out = Vec::new();
    let sections = [
        form.vulnerabilities,
        form.misconfigurations,
        form.secrets,
        form.licenses,
    ];
    for entry in sections.into_iter().flatten() {
        let line = entry.referenced.line();
        let wrong = |message: String| PolicyError::new(file, message).at(line, 1);
        let mut base = blank(file, line);
        base.ids = vec![entry.value.id];
        base.reason = entry.value.statement;
        base.expires = entry
            .value
            .expired_at
            .map(|day| {
                day.parse()
                    .map_err(|_| wrong(format!("`expired_at: {day}` is no date")))
            })
            .transpose()?;
        let paths = entry
            .value
            .paths
            .iter()
            .map(|path| Glob::new(path).map_err(wrong))
            .collect::<Result<Vec<_>, _>>()?;
        let purls = entry
            .value
            .purls
            .iter()
            .map(|purl| purl.parse().map_err(|error| wrong(format!("{error}"))))
            .collect::<Result<Vec<_>, _>>()?;
        // Either list may be empty, which means every path or every package.
        let paths = if paths.is_empty() {
            vec![None]
        } else {
            paths.into_iter().map(Some).collect()
        };
        let purls = if purls.is_empty() {
            vec![None]
        } else {
            purls.into_iter().map(Some).collect()
        };
        for path in &paths {
            for purl in &purls {
                out.push(Exception {
                    path: path.clone(),
                    package: purl.clone(),
                    ..base.clone()
                });
            }
        }
    }
    Ok(out)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct GrypeForm {
    ignore: Vec<Spanned<GrypeEntry>>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct GrypeEntry {
    vulnerability: Option<String>,
    #[serde(rename = "include-aliases")]
    include_aliases: Option<bool>,
    reason: Option<String>,
    namespace: Option<String>,
    #[serde(rename = "fix-state")]
    fix_state: Option<String>,
    package: Option<GrypePackage>,
    #[serde(rename = "vex-status")]
    vex_status: Option<String>,
    #[serde(rename = "vex-justification")]
    vex_justification: Option<String>,
    #[serde(rename = "match-type")]
    match_type: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct GrypePackage {
    name: Option<String>,
    version: Option<String>,
    language: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    location: Option<String>,
    #[serde(rename = "upstream-name")]
    upstream_name: Option<String>,
}

fn grype(text: &str, file: &str) -> Result<Vec<Exception>, PolicyError> {
    let form: GrypeForm = read_yaml(text, file)?;
    form.ignore
        .into_iter()
        .map(|entry| {
            let line = entry.referenced.line();
            grype_entry(entry.value, file, line)
        })
        .collect()
}

fn grype_entry(entry: GrypeEntry, file: &str, line: u64) -> Result<Exception, PolicyError> {
    let package = entry.package.unwrap_or_default();
    let unsupported = [
        ("namespace", entry.namespace.is_some()),
        ("vex-status", entry.vex_status.is_some()),
        ("vex-justification", entry.vex_justification.is_some()),
        ("match-type", entry.match_type.is_some()),
        ("package.language", package.language.is_some()),
        ("package.type", package.kind.is_some()),
        ("package.upstream-name", package.upstream_name.is_some()),
    ];
    // Dropping a condition would widen the exception: better to refuse it.
    if let Some((key, _)) = unsupported.into_iter().find(|(_, given)| *given) {
        return Err(
            PolicyError::new(file, format!("`{key}` in an ignore rule is not supported"))
                .at(line, 1)
                .hint("write it as an exception in plimsoll.yaml"),
        );
    }
    let only_unfixed = match entry.fix_state.as_deref() {
        None => false,
        Some("not-fixed" | "wont-fix" | "unknown") => true,
        Some(other) => {
            return Err(
                PolicyError::new(file, format!("`fix-state: {other}` is not supported"))
                    .at(line, 1)
                    .hint("not-fixed, wont-fix or unknown"),
            );
        }
    };
    let _ = entry.include_aliases; // Aliases always count here.
    Ok(Exception {
        ids: entry.vulnerability.into_iter().collect(),
        reason: entry.reason,
        only_unfixed,
        name: package.name,
        version: package.version,
        path: package
            .location
            .map(|location| Glob::new(location.trim_start_matches('/')))
            .transpose()
            .map_err(|reason| PolicyError::new(file, reason).at(line, 1))?,
        ..blank(file, line)
    })
}

fn read_yaml<T: for<'de> Deserialize<'de> + Default>(
    text: &str,
    file: &str,
) -> Result<T, PolicyError> {
    if text.trim().is_empty() {
        return Ok(T::default());
    }
    serde_saphyr::from_str(text).map_err(|error| yaml_error(file, &error))
}
