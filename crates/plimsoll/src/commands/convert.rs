//! `convert`: a stored report in another form.

use crate::cli::ConvertArgs;
use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::input;
use crate::session::Session;

pub fn run(session: &Session, arguments: &ConvertArgs) -> Result<u8, Failure> {
    let report = input::read_report(&arguments.report)?;
    session.wanted.write(&report, &session.write_options())?;
    Ok(EXIT_ALLOWED)
}
