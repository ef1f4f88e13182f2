//! What is looked at once a second: losses, the process itself, outputs, and the figures of all.

use plimsoll_behavior::RecordWriter;
use plimsoll_behavior::alert::Notice;
use plimsoll_model::Timestamp;
use plimsoll_model::event::{EventKind, Param};
use plimsoll_notify::metrics::Figures;

use super::{Memory, Now, Source, Update, Work};
use crate::screen::Counts;

impl<S: Source> Work<S> {
    /// Losses, limits and figures, once a second.
    pub(super) fn look(&mut self, now: Now) {
        let mut losses = self.source.losses();
        let shed = self.budget.take_shed().into_iter();
        losses.extend(shed.map(|(kind, count)| (Some(kind), "shed".to_owned(), count)));
        for (kind, reason, count) in losses {
            let number = kind.map_or(0, EventKind::number);
            let record = RecordWriter::new(EventKind::Lost)
                .time_ns(now.since_boot.as_nanos() as u64)
                .number(Param::LostKind, u64::from(number))
                .number(Param::LostCount, count)
                .bytes(Param::LostReason, reason.as_bytes())
                .finish();
            self.feed(&record);
        }
        let was_over = self.budget.is_over_memory();
        let memory = self.source.memory();
        self.budget.weigh(memory.own_bytes);
        if self.budget.is_over_memory() && !was_over {
            let mib = memory.own_bytes >> 20;
            self.fail(format!(
                "{mib} MiB of memory are used, close to the limit: events are shed until it is less"
            ));
        }
        let passed = now.since_boot.saturating_sub(self.last_cpu.0).as_secs_f64();
        let cpu = self.source.cpu();
        let used = cpu.saturating_sub(self.last_cpu.1).as_secs_f64();
        self.last_cpu = (now.since_boot, cpu);
        let counts = self.pipeline.judge_mut().take_containers();
        self.tally.events(&counts, passed.max(0.001));
        self.say_troubles(now);
        self.show(now, memory, used / passed.max(0.001));
        if let Some(server) = &self.metrics {
            server.update(self.figures(memory));
        }
    }

    /// What an output has trouble with is said once, and when it is over.
    fn say_troubles(&mut self, now: Now) {
        let status = self.notifier.status();
        self.troubles.resize(status.len(), None);
        let mut said = Vec::new();
        for (before, status) in self.troubles.iter_mut().zip(&status) {
            if status.trouble == *before {
                continue;
            }
            let name = &status.name;
            said.push(match &status.trouble {
                Some(trouble) => format!(
                    "output {name}: {trouble}; {} wait, {} are lost so far",
                    status.waiting,
                    status.dropped + status.refused
                ),
                None => format!("output {name}: delivers again"),
            });
            before.clone_from(&status.trouble);
        }
        for what in said {
            // The other outputs hear of it as well.
            self.notice(&Notice::Failed { what }, now.wall);
        }
    }

    fn show(&mut self, now: Now, memory: Memory, cpu: f64) {
        let held = self.pipeline.held();
        let outputs = self.notifier.status();
        let counts = Counts {
            rate: self.tally.rate(),
            events: self.pipeline.passed().records,
            lost: held.lost_total(),
            alerts: held.told,
            repeated: held.repeated,
            held_back: held.held_back_total(),
            dropped: outputs.iter().map(|o| o.dropped + o.refused).sum(),
            rules: self.rule_count,
            programs: self.source.programs(),
            cpu,
            resident_bytes: memory.resident_bytes,
            shedding: self.budget.is_shedding(),
        };
        let rows = self.tally.rows(&self.pipeline.state().containers);
        let look = Update::Look(now.wall, Box::new(counts), rows);
        // A screen that does not keep up sees the next one.
        let _ = self.updates.try_send(look);
    }

    fn figures(&self, memory: Memory) -> Figures {
        let held = self.pipeline.held();
        let state = self.pipeline.state();
        let kinds = self.pipeline.judge().kinds().iter().enumerate();
        let events = kinds.filter(|(_, count)| **count > 0);
        let events = events.filter_map(|(number, count)| {
            let kind = EventKind::from_number(number as u16)?;
            Some((kind.name().to_owned(), *count))
        });
        let (attached, refused) = self.source.programs();
        let seconds = |time: Timestamp| time.as_millisecond() as f64 / 1000.0;
        Figures {
            events: events.collect(),
            lost: held.lost.clone(),
            alerts: self.tally.alerts.clone(),
            repeated: held.repeated,
            held_back: held
                .held_back
                .iter()
                .map(|((rule, limit), count)| ((rule.clone(), limit.as_str().to_owned()), *count))
                .collect(),
            outputs: self.notifier.status(),
            cpu_seconds: self.last_cpu.1.as_secs_f64(),
            resident_bytes: memory.resident_bytes,
            started_seconds: seconds(self.started),
            last_event_seconds: seconds(self.pipeline.time()),
            containers: state
                .containers
                .iter()
                .filter(|(_, container)| container.removed_ns.is_none())
                .count() as u64,
            processes: state.process_count() as u64,
            programs_attached: attached,
            programs_refused: refused,
            rules: self.rule_count,
            reloads: self.reloads.0,
            reloads_refused: self.reloads.1,
            configuration_reloads: self.configuration_reloads.0,
            configuration_reloads_refused: self.configuration_reloads.1,
            shedding: self.budget.is_shedding(),
            remembered: self.pipeline.remembered() as u64,
        }
    }
}
