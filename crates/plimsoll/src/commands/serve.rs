//! `serve`: for as long as it is wanted.

mod admission;
mod watched;

use crate::cli::ServeCommand;
use crate::failure::Failure;
use crate::session::Session;

pub fn run(session: &Session, command: &ServeCommand) -> Result<u8, Failure> {
    match command {
        ServeCommand::Admission(arguments) => admission::run(session, arguments),
    }
}
