//! The metrics of a vector: `AV:N/AC:L/…`, each once, each with a value that it may have.

/// A metric that a version knows: its name, its values, and whether it has to be there.
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) values: &'static [&'static str],
    pub(super) is_mandatory: bool,
}

/// Shorthand for the versions' tables.
pub(super) const fn base(name: &'static str, values: &'static [&'static str]) -> Metric {
    Metric {
        name,
        values,
        is_mandatory: true,
    }
}

/// Shorthand for the versions' tables.
pub(super) const fn optional(name: &'static str, values: &'static [&'static str]) -> Metric {
    Metric {
        name,
        values,
        is_mandatory: false,
    }
}

/// The metrics that a vector has.
pub(super) struct Metrics(Vec<(&'static str, &'static str)>);

impl Metrics {
    /// Reads a vector without its prefix. The error is the reason, a clause.
    pub(super) fn parse(text: &str, known: &'static [Metric]) -> Result<Self, String> {
        let mut metrics: Vec<(&'static str, &'static str)> = Vec::with_capacity(known.len());
        for field in text.split('/') {
            let (name, value) = field
                .split_once(':')
                .ok_or_else(|| format!("`{field}` is no metric"))?;
            let metric = known
                .iter()
                .find(|metric| metric.name == name)
                .ok_or_else(|| format!("there is no metric `{name}`"))?;
            let value = metric
                .values
                .iter()
                .find(|known| **known == value)
                .ok_or_else(|| format!("`{name}` has no value `{value}`"))?;
            if metrics.iter().any(|(seen, _)| *seen == metric.name) {
                return Err(format!("`{name}` is there twice"));
            }
            metrics.push((metric.name, value));
        }
        let missing = known
            .iter()
            .filter(|metric| metric.is_mandatory)
            .find(|metric| !metrics.iter().any(|(name, _)| *name == metric.name));
        match missing {
            Some(metric) => Err(format!("`{}` is missing", metric.name)),
            None => Ok(Self(metrics)),
        }
    }

    /// The value of a metric; empty where the vector does not have it.
    pub(super) fn get(&self, name: &str) -> &'static str {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| *value)
    }
}
