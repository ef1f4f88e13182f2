//! Prints what the sensor sees for a few seconds: programs first, then records.
#![expect(clippy::print_stdout, reason = "that is what it is for")]

use std::time::{Duration, Instant};

use plimsoll_behavior::Record;
use plimsoll_model::event::{PARAMS, Param, Type};
use plimsoll_sensor::{Options, Sensor};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(3), |text| text.parse())?;
    let begun = Instant::now();
    let mut sensor = Sensor::load(&Options::default())?;
    println!("loaded in {:?}", begun.elapsed());
    for state in sensor.programs() {
        println!("{}: {:?}", state.program.name, state.state);
    }
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(seconds) {
        sensor.poll(Duration::from_millis(20), |bytes| {
            match Record::read(bytes) {
                Ok(record) => show(&record),
                Err(error) => println!("bad record: {error}"),
            }
        })?;
    }
    println!("meant {}, lost {:?}", sensor.meant()?, sensor.losses()?);
    Ok(())
}

fn show(record: &Record<'_>) {
    println!(
        "{} {} tid {} ret {} flags {:#x} cgroup {} mnt {} pidns {} cpu {} seq {} ({} bytes)",
        record.kind,
        record.exec,
        record.tid,
        record.ret,
        record.flags,
        record.cgroup_id,
        record.mnt_ns,
        record.pid_ns,
        record.cpu,
        record.sequence,
        record.bytes().len(),
    );
    for (number, value) in record.params() {
        let param = PARAMS.iter().find(|param| param.number() == number);
        let text = match (
            param.map(|param| param.value_type()),
            <[u8; 8]>::try_from(value),
        ) {
            (Some(Type::I64), Ok(bytes)) => i64::from_le_bytes(bytes).to_string(),
            (Some(Type::U64), Ok(bytes)) => u64::from_le_bytes(bytes).to_string(),
            _ => value.escape_ascii().to_string(),
        };
        println!(
            "    {}: {text}",
            param.map_or("?", |param: &Param| param.name())
        );
    }
}
