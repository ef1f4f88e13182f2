//! The list of modules inside the build information: one line per module or setting, its parts
//! divided by tabs, as `go version -m` prints them.

use crate::CatalogError;

/// Longest module path or version that is taken for one, in bytes.
const FIELD_BYTES_MAX: usize = 1024;

/// One module, maybe replaced by another or by a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Module {
    pub path: String,
    /// `v1.2.3`, `(devel)` or empty.
    pub version: String,
    pub replacement: Option<Box<Module>>,
}

/// What the binary was built from and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModuleInfo {
    pub main: Option<Module>,
    pub dependencies: Vec<Module>,
    /// `-ldflags`, `vcs.revision` and their like, in the order of the file.
    pub settings: Vec<(String, String)>,
}

impl ModuleInfo {
    /// Lines of a kind that is not known are passed over: later versions of Go add some.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        let mut info = Self::default();
        // Whether a `=>` line would be about the main module.
        let mut last_is_main = false;
        for line in text.lines() {
            let (kind, rest) = line.split_once('\t').unwrap_or((line, ""));
            match kind {
                "mod" => {
                    info.main = Some(module(rest)?);
                    last_is_main = true;
                }
                "dep" => {
                    info.dependencies.push(module(rest)?);
                    last_is_main = false;
                }
                "=>" => {
                    let replaced = if last_is_main {
                        info.main.as_mut()
                    } else {
                        info.dependencies.last_mut()
                    };
                    let replaced = replaced.ok_or_else(|| damaged(line))?;
                    replaced.replacement = Some(Box::new(module(rest)?));
                }
                "build" => {
                    let (key, value) = rest.split_once('=').unwrap_or((rest, ""));
                    info.settings.push((unquote(key), unquote(value)));
                }
                _ => {}
            }
        }
        Ok(info)
    }

    /// The value of a build setting, if it is there and not empty.
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.settings
            .iter()
            .find(|(name, value)| name == key && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

fn module(rest: &str) -> Result<Module, CatalogError> {
    let mut parts = rest.split('\t');
    let path = parts.next().unwrap_or_default();
    let version = parts.next().unwrap_or_default();
    let wrong = |field: &str| field.len() > FIELD_BYTES_MAX || field.chars().any(char::is_control);
    if path.is_empty() || wrong(path) || wrong(version) {
        return Err(damaged(rest));
    }
    Ok(Module {
        path: path.to_owned(),
        version: version.to_owned(),
        replacement: None,
    })
}

/// Go quotes what holds blanks or quotes, as in its source code. Escapes other than those of the
/// quote and the backslash are kept as they are.
fn unquote(text: &str) -> String {
    let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    match (inner('"'), inner('`')) {
        (Some(escaped), _) => escaped.replace("\\\"", "\"").replace("\\\\", "\\"),
        (None, Some(raw)) => raw.to_owned(),
        (None, None) => text.to_owned(),
    }
}

fn damaged(line: &str) -> CatalogError {
    let start: String = line.chars().take(80).collect();
    CatalogError::new(format!(
        "list of modules of the Go binary is damaged at `{}`",
        start.escape_debug()
    ))
}
