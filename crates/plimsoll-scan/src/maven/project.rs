//! Reads the XML of a project file as a stream.

use quick_xml::Reader;
use quick_xml::errors::Error;
use quick_xml::events::{BytesRef, Event};

use super::{Coordinates, Dependency, Project};
use crate::CatalogError;
use crate::syntax::{DEPTH_MAX, LineCounter, error_at};

/// Longest text of one element that is kept, in bytes.
const TEXT_BYTES_MAX: usize = 4096;
/// Most dependencies, managed versions or properties of one file.
const ITEMS_MAX: usize = 50_000;

/// Reads a project file. The error says the line.
pub fn parse(bytes: &[u8]) -> Result<Project, CatalogError> {
    let text = String::from_utf8_lossy(bytes);
    let mut walk = Walk {
        reader: Reader::from_str(&text),
        bytes: text.as_bytes(),
        lines: LineCounter::new(),
        path: Vec::new(),
        text: String::new(),
        project: Project::default(),
        seen: false,
    };
    walk.run()?;
    Ok(walk.project)
}

struct Walk<'a> {
    reader: Reader<&'a [u8]>,
    bytes: &'a [u8],
    lines: LineCounter,
    /// Names of the open elements, without their namespaces' prefixes.
    path: Vec<String>,
    /// Text of the innermost element so far.
    text: String,
    project: Project,
    /// Whether there was a `project` element.
    seen: bool,
}

impl Walk<'_> {
    fn run(&mut self) -> Result<(), CatalogError> {
        loop {
            match self
                .reader
                .read_event()
                .map_err(|error| self.wrong(&error))?
            {
                Event::Start(start) => {
                    let name = start.local_name().into_inner().to_owned();
                    self.open(name)?;
                }
                Event::Empty(start) => {
                    let name = start.local_name().into_inner().to_owned();
                    self.open(name)?;
                    self.close()?;
                }
                Event::End(_) => self.close()?,
                Event::Text(part) => self.append(&part.xml10_content()),
                Event::CData(part) => self.append(&part.xml10_content()),
                Event::GeneralRef(part) => self.append_reference(&part),
                Event::Eof if !self.path.is_empty() => return Err(self.error("ends early")),
                Event::Eof if !self.seen => return Err(self.error("no `project` element")),
                Event::Eof => return Ok(()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    fn open(&mut self, name: String) -> Result<(), CatalogError> {
        if self.path.len() >= DEPTH_MAX as usize {
            return Err(self.error("nested too deeply"));
        }
        self.path.push(name);
        self.text.clear();
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let offset = self.reader.buffer_position() as usize;
        let line = self.lines.line_at(self.bytes, offset);
        let project = &mut self.project;
        let fresh = || Dependency {
            line,
            ..Dependency::default()
        };
        match path.as_slice() {
            ["project"] => self.seen = true,
            ["project", "parent"] => project.parent = Some(Coordinates::default()),
            ["project", "dependencies", "dependency"] => project.dependencies.push(fresh()),
            [
                "project",
                "dependencyManagement",
                "dependencies",
                "dependency",
            ] => {
                project.managed.push(fresh());
            }
            _ => return Ok(()),
        }
        if project.dependencies.len().max(project.managed.len()) > ITEMS_MAX {
            return Err(self.error("more dependencies than any project has"));
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), CatalogError> {
        let text = self.text.trim().to_owned();
        self.text.clear();
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let project = &mut self.project;
        match path.as_slice() {
            ["project", "parent", field] => {
                if let Some(parent) = &mut project.parent {
                    set(parent, field, text);
                }
            }
            ["project", "properties", name] => {
                if project.properties.len() >= ITEMS_MAX {
                    return Err(self.error("more properties than any project has"));
                }
                project.properties.insert((*name).to_owned(), text);
            }
            ["project", "licenses", "license", "name"] if !text.is_empty() => {
                project.licenses.push(text);
            }
            ["project", "dependencies", "dependency", field] => {
                if let Some(dependency) = project.dependencies.last_mut() {
                    set_dependency(dependency, field, text);
                }
            }
            [
                "project",
                "dependencyManagement",
                "dependencies",
                "dependency",
                field,
            ] => {
                if let Some(dependency) = project.managed.last_mut() {
                    set_dependency(dependency, field, text);
                }
            }
            ["project", field] => set(&mut project.own, field, text),
            _ => {}
        }
        self.path.pop();
        Ok(())
    }

    fn append(&mut self, part: &str) {
        if self.text.len() + part.len() <= TEXT_BYTES_MAX {
            self.text.push_str(part);
        }
    }

    /// The five entities of XML and character numbers; entities of a document type are left out.
    fn append_reference(&mut self, part: &BytesRef<'_>) {
        if let Ok(Some(letter)) = part.resolve_char_ref() {
            self.append(letter.encode_utf8(&mut [0; 4]));
            return;
        }
        let name: &str = part;
        let letter = match name {
            "lt" => "<",
            "gt" => ">",
            "amp" => "&",
            "quot" => "\"",
            "apos" => "'",
            _ => "",
        };
        self.append(letter);
    }

    fn wrong(&self, error: &Error) -> CatalogError {
        self.error(&error.to_string())
    }

    fn error(&self, what: &str) -> CatalogError {
        let offset = self.reader.buffer_position() as usize;
        let line = self.lines.clone().line_at(self.bytes, offset);
        error_at("pom.xml", what, line)
    }
}

fn set(coordinates: &mut Coordinates, field: &str, text: String) {
    match field {
        "groupId" => coordinates.group = text,
        "artifactId" => coordinates.artifact = text,
        "version" => coordinates.version = text,
        _ => {}
    }
}

fn set_dependency(dependency: &mut Dependency, field: &str, text: String) {
    match field {
        "type" => dependency.kind = text,
        "classifier" => dependency.classifier = text,
        "scope" => dependency.scope = text,
        _ => set(&mut dependency.coordinates, field, text),
    }
}
