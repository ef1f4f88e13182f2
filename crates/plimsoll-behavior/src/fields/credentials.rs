//! `user.*`, `group.*`: who the process is, and who logged in.
//!
//! As in Falco the user is the effective one. Names come from the files of the container's own root:
//! the user 1000 of a container is not the host's.

use super::build::{FROM_ACCOUNTS, FROM_PROCESS};
use super::{Field, Value};
use crate::state::{LOGIN_UID_NONE, Moment, User};

pub const USER: &[Field] = &[
    Field::unsigned("user.uid", FROM_PROCESS)
        .costs(2)
        .is("number of the user", |m, _, _| {
            Value::Unsigned(m.process.credentials.euid.into())
        }),
    Field::text("user.name", FROM_ACCOUNTS)
        .costs(10)
        .is("name of the user", |m, _, _| {
            match (user(m), m.process.credentials.euid) {
                (Some(user), _) => Value::Text(&user.name),
                // Also where a root has no such file.
                (None, 0) => Value::Text(b"root"),
                (None, _) => Value::Text(b"<NA>"),
            }
        }),
    Field::text("user.homedir", FROM_ACCOUNTS)
        .costs(10)
        .is("home folder of the user", |m, _, _| {
            user(m).map_or(Value::Text(b"<NA>"), |user| Value::Text(&user.home))
        }),
    Field::text("user.shell", FROM_ACCOUNTS)
        .costs(10)
        .is("shell of the user", |m, _, _| {
            user(m).map_or(Value::Text(b"<NA>"), |user| Value::Text(&user.shell))
        }),
    Field::signed("user.loginuid", FROM_PROCESS).is(
        "number of the user who logged in; -1 for none",
        |m, _, _| match m.process.login_uid {
            LOGIN_UID_NONE => Value::Signed(-1),
            uid => Value::Signed(uid.into()),
        },
    ),
    Field::text("user.loginname", FROM_ACCOUNTS).costs(10).is(
        "name of the user who logged in",
        |m, _, _| match (
            m.host_accounts().user(m.process.login_uid),
            m.process.login_uid,
        ) {
            (_, LOGIN_UID_NONE) => Value::Text(b"<NA>"),
            (Some(user), _) => Value::Text(&user.name),
            (None, 0) => Value::Text(b"root"),
            (None, _) => Value::Text(b"<NA>"),
        },
    ),
];

pub const GROUP: &[Field] = &[
    Field::unsigned("group.gid", FROM_PROCESS).is("number of the group", |m, _, _| {
        Value::Unsigned(m.process.credentials.egid.into())
    }),
    Field::text("group.name", FROM_ACCOUNTS)
        .costs(10)
        .is("name of the group", |m, _, _| {
            match (
                m.accounts.group(m.process.credentials.egid),
                m.process.credentials.egid,
            ) {
                (Some(group), _) => Value::Text(&group.name),
                (None, 0) => Value::Text(b"root"),
                (None, _) => Value::Text(b"<NA>"),
            }
        }),
];

fn user<'v>(moment: &Moment<'v>) -> Option<&'v User> {
    moment.accounts.user(moment.process.credentials.euid)
}
