//! The `plimsoll` program: arguments, configuration, rendering, exit codes.
//!
//! The only crate that reads configuration, environment and clock and that writes to the terminal.
//! Data goes to standard output, talk to standard error.

mod alert_report;
mod atomic;
mod cli;
mod cluster;
mod commands;
mod configuration;
mod containers;
mod database;
mod failure;
mod feed;
mod fix;
mod gather;
mod input;
mod interrupt;
mod map;
mod outputs;
mod password;
mod progress;
mod render;
mod respond;
mod rule_set;
mod screen;
mod session;
mod signing;
mod store;
mod talk;
mod target;
mod trace_file;
mod vex;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::failure::Failure;
use crate::session::Session;

/// Exit code for "failed to work": usage, target, database.
const EXIT_FAILED: u8 = 1;

fn main() -> ExitCode {
    // A plugin's panic is caught and told as an unknown; its default message is noise.
    std::panic::set_hook(Box::new(|_| {}));
    let arguments = match cli::Cli::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { EXIT_FAILED } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    // Watching and serving end in order, and have signals of their own.
    let has_own_signals = matches!(
        arguments.command,
        cli::Command::Watch(_) | cli::Command::Serve(_)
    );
    if !has_own_signals {
        interrupt::listen();
    }
    let result = std::panic::catch_unwind(move || run(arguments)).unwrap_or_else(|_| {
        Err(
            Failure::new("failed because of a defect in plimsoll itself")
                .hint("please report it with the command and, if you may share it, the target"),
        )
    });
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            talk::failure(&failure);
            ExitCode::from(EXIT_FAILED)
        }
    }
}

fn run(mut arguments: cli::Cli) -> Result<u8, Failure> {
    if let cli::Command::Db(cli::DbCommand::Build { to, .. }) = &mut arguments.command {
        *to = arguments.global.output.pop().map(Into::into);
    }
    if let cli::Command::Network(network) = &mut arguments.command
        && !matches!(network.command, cli::NetworkCommand::Open(_))
    {
        // Flows have forms of their own.
        network.format = arguments.global.format.take();
        network.outputs = std::mem::take(&mut arguments.global.output);
    }
    if let cli::Command::Verify(verify) = &mut arguments.command {
        verify.format = arguments.global.format.take();
        verify.outputs = std::mem::take(&mut arguments.global.output);
    }
    if let cli::Command::Replay(replay) = &mut arguments.command {
        replay.format = arguments.global.format.take();
    }
    if let cli::Command::Rules(rules) = &mut arguments.command {
        // What Falco writes is no form of our reports.
        rules.format = arguments.global.format.take();
    }
    if let cli::Command::Watch(watch) = &mut arguments.command {
        // Alerts have forms and outputs of their own.
        watch.format = arguments.global.format.take();
        watch.outputs = std::mem::take(&mut arguments.global.output);
        watch.memory_max = arguments.global.memory_max.take();
    }
    let session = Session::new(&arguments.global)?;
    let result = commands::run(&session, arguments.command);
    match result {
        // Whoever read our output has seen enough.
        Err(failure) if failure.is_broken_pipe() => Ok(0),
        other => other,
    }
}
