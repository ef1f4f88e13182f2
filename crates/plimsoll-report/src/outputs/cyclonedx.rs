//! CycloneDX 1.6 as JSON: components, and the vulnerabilities where there are any.
//!
//! What the format has no field for (layers, state, part, cataloger, source package) is carried as
//! properties under `plimsoll:`; packages that belong to another stand inside it.

use std::io::{self, Write};

use plimsoll_model::{Report, TargetKind};
use serde::Serializer as _;
use serde::ser::SerializeMap;

use crate::sbom::properties::{of_distribution, of_target};
use crate::{OutputFormat, WriteError, WriteOptions, identity};

mod component;
mod vulnerability;

use component::{Component, References, Seq, properties};

pub struct CycloneDx;

impl OutputFormat for CycloneDx {
    fn id(&self) -> &'static str {
        "cyclonedx"
    }

    fn describe(&self) -> &'static str {
        "CycloneDX 1.6 JSON: the packages, and what is known to be wrong with them"
    }

    fn mime(&self) -> &'static str {
        "application/vnd.cyclonedx+json"
    }

    fn extension(&self) -> &'static str {
        "cdx.json"
    }

    fn write(
        &self,
        report: &Report,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        document(report, options, &mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}

/// The bom-ref of the target itself.
const ROOT: &str = "target";

fn document(report: &Report, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let references = References::new(&report.inventory);
    let serial = format!("urn:uuid:{}", identity::uuid(report));
    let mut json = crate::json::serializer(&mut *out);
    let mut map = json.serialize_map(None)?;
    map.serialize_entry("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json")?;
    map.serialize_entry("bomFormat", "CycloneDX")?;
    map.serialize_entry("specVersion", "1.6")?;
    map.serialize_entry("serialNumber", &serial)?;
    map.serialize_entry("version", &1)?;
    map.serialize_entry("metadata", &metadata(report, options))?;
    let inventory = &report.inventory;
    map.serialize_entry(
        "components",
        &Seq(|| component::all(inventory, &references)),
    )?;
    if !inventory.unknowns.is_empty() {
        // Said in the format's own words too: what was not read may hold more.
        let incomplete = component::Composition {
            aggregate: "incomplete",
            assemblies: [ROOT],
        };
        map.serialize_entry("compositions", &[incomplete])?;
    }
    if vulnerability::all(report, &references).next().is_some() {
        map.serialize_entry(
            "vulnerabilities",
            &Seq(|| vulnerability::all(report, &references)),
        )?;
    }
    map.end()?;
    out.write_all(b"\n")
}

fn metadata<'a>(report: &'a Report, options: &WriteOptions) -> component::Metadata<'a> {
    let target = &report.inventory.target;
    let kind = match target.kind {
        TargetKind::Image | TargetKind::Container => "container",
        TargetKind::RootFilesystem => "platform",
        TargetKind::Directory | TargetKind::Sbom | TargetKind::Configuration => "application",
    };
    let inventory = &report.inventory;
    component::Metadata {
        timestamp: options.created.map(crate::options::rfc3339),
        tools: component::Tools {
            components: [Component {
                name: (&report.tool.name).into(),
                version: (&report.tool.version).into(),
                ..Component::of("application")
            }],
        },
        component: Component {
            reference: Some(ROOT.to_owned()),
            name: (&target.name).into(),
            version: target
                .digest
                .as_ref()
                .map(|digest| digest.to_string().into())
                .unwrap_or_default(),
            properties: properties(of_target(target, &inventory.layers, &inventory.unknowns)),
            ..Component::of(kind)
        },
    }
}

/// The distribution as a component of its own, as other tools look for it.
fn operating_system(inventory: &plimsoll_model::Inventory) -> Option<Component<'_>> {
    let os = inventory.target.os.as_ref()?;
    Some(Component {
        reference: Some("operating-system".to_owned()),
        name: (&os.id).into(),
        version: os.version_id.as_deref().unwrap_or_default().into(),
        properties: properties(of_distribution(os)),
        ..Component::of("operating-system")
    })
}
