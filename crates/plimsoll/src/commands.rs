//! One file for each command.

mod access;
mod advise;
mod attest;
mod check;
mod compare;
mod convert;
mod db;
mod diff;
mod doctor;
mod events;
mod explain;
mod judged;
mod network;
mod policy;
mod replay;
mod respond;
mod rules;
mod sbom;
pub mod scan;
mod serve;
mod sign;
mod verify;
mod version;
mod watch;

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::session::Session;

/// Exit code for "allowed".
pub const EXIT_ALLOWED: u8 = 0;
/// Exit code for "denied by policy".
pub const EXIT_DENIED: u8 = 2;
/// Exit code for "looked only in part" with `--strict`.
pub const EXIT_PARTLY: u8 = 3;

/// Runs a command; the result is the exit code.
pub fn run(session: &Session, command: Command) -> Result<u8, Failure> {
    match command {
        Command::Scan(arguments) => scan::run(session, &arguments),
        Command::Sbom(arguments) => sbom::run(session, &arguments),
        Command::Check(arguments) => check::run(session, &arguments),
        Command::Access(command) => access::run(session, &command),
        Command::Network(arguments) => network::run(session, &arguments),
        Command::Advise(arguments) => advise::run(session, &arguments),
        Command::Convert(arguments) => convert::run(session, &arguments),
        Command::Diff(arguments) => diff::run(session, &arguments),
        Command::Compare(arguments) => compare::run(session, &arguments),
        Command::Explain(arguments) => explain::run(session, &arguments),
        Command::Respond(command) => respond::run(session, &command),
        Command::Undo(arguments) => respond::undo(session, &arguments),
        Command::Verify(arguments) => verify::run(session, &arguments),
        Command::Policy(command) => policy::run(session, command),
        Command::Db(command) => db::run(session, command),
        Command::Version(command) => version::run(command),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Watch(arguments) => watch::run(session, &arguments),
        Command::Replay(arguments) => replay::run(session, &arguments),
        Command::Events(arguments) => events::run(session, &arguments),
        Command::Serve(command) => serve::run(session, &command),
        Command::Sign(arguments) => sign::run(session, &arguments),
        Command::Attest(arguments) => attest::run(session, &arguments),
        Command::Doctor => doctor::run(session),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Cli::command(),
                "plimsoll",
                &mut std::io::stdout(),
            );
            Ok(EXIT_ALLOWED)
        }
    }
}
