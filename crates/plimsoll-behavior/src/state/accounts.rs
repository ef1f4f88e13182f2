//! Names of users and groups, from `passwd` and `group` files that may hold anything.

use super::text::Text;

/// Most entries kept of one file.
pub const ACCOUNTS_MAX: usize = 4096;
/// Longest name that is kept, in bytes.
pub const ACCOUNT_NAME_BYTES_MAX: usize = 256;
/// Longest home folder or shell that is kept, in bytes.
pub const ACCOUNT_PATH_BYTES_MAX: usize = 1024;

/// A line of `passwd`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    pub uid: u32,
    pub gid: u32,
    pub name: Text,
    pub home: Text,
    pub shell: Text,
}

/// A line of `group`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    pub gid: u32,
    pub name: Text,
}

/// The users and groups of one root. The first entry of a number wins, as in the C library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts {
    users: Vec<User>,
    groups: Vec<Group>,
    /// Entries that were left out because there are more than [`ACCOUNTS_MAX`].
    pub left_out: usize,
}

impl Accounts {
    /// Reads both files. Lines that make no sense are passed over, as the C library does.
    pub fn read(passwd: &[u8], group: &[u8]) -> Self {
        let mut accounts = Self::default();
        let users = lines(passwd).filter_map(user);
        accounts.users = kept(users, |user| user.uid, &mut accounts.left_out);
        let groups = lines(group).filter_map(self::group);
        accounts.groups = kept(groups, |group| group.gid, &mut accounts.left_out);
        accounts
    }

    /// The user with this number.
    pub fn user(&self, uid: u32) -> Option<&User> {
        let at = self
            .users
            .binary_search_by_key(&uid, |user| user.uid)
            .ok()?;
        self.users.get(at)
    }

    /// The group with this number.
    pub fn group(&self, gid: u32) -> Option<&Group> {
        let at = self
            .groups
            .binary_search_by_key(&gid, |group| group.gid)
            .ok()?;
        self.groups.get(at)
    }

    /// Roughly how many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        let users = self.users.iter();
        let texts = users.map(|user| user.name.len() + user.home.len() + user.shell.len());
        texts.sum::<usize>() + self.users.len() * 160 + self.groups.len() * 64
    }
}

/// The first of each number, in order of number, at most [`ACCOUNTS_MAX`].
fn kept<T>(
    entries: impl Iterator<Item = T>,
    number: impl Fn(&T) -> u32,
    left_out: &mut usize,
) -> Vec<T> {
    let mut all: Vec<T> = Vec::new();
    for entry in entries {
        if all.len() < ACCOUNTS_MAX {
            all.push(entry);
        } else {
            *left_out += 1;
        }
    }
    // Stable: of equal numbers the first stays first.
    all.sort_by_key(&number);
    all.dedup_by_key(|entry| number(entry));
    all
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
}

fn user(line: &[u8]) -> Option<User> {
    let mut fields = line.split(|byte| *byte == b':');
    let name = fields.next().filter(|name| named(name))?;
    let _password = fields.next()?;
    let (uid, gid) = (number(fields.next()?)?, number(fields.next()?)?);
    let _about = fields.next();
    let home = fields.next().unwrap_or_default();
    let shell = fields.next().unwrap_or_default();
    Some(User {
        uid,
        gid,
        name: Text::new(name),
        home: Text::capped(home, ACCOUNT_PATH_BYTES_MAX),
        shell: Text::capped(shell, ACCOUNT_PATH_BYTES_MAX),
    })
}

fn group(line: &[u8]) -> Option<Group> {
    let mut fields = line.split(|byte| *byte == b':');
    let name = fields.next().filter(|name| named(name))?;
    let _password = fields.next()?;
    let gid = number(fields.next()?)?;
    Some(Group {
        gid,
        name: Text::new(name),
    })
}

/// A name that is there and not too long. Lines of NIS (`+`, `-`) name nobody.
fn named(name: &[u8]) -> bool {
    (1..=ACCOUNT_NAME_BYTES_MAX).contains(&name.len()) && !name.starts_with(b"+")
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_files_are_read_as_far_as_they_make_sense() {
        let passwd = b"root:x:0:0:root:/root:/bin/bash\n#c\nevil:x:0:0::/:/x\n:x:3:3:::\nshort:x\n\
            neg:x:-1:0::/:/\nbig:x:4294967296:0::/:/\nno\xffutf:x:7:8::/h:/s\n+::::::";
        let accounts = Accounts::read(passwd, b"root:x:0:\nwheel:x:10:a,b\n");
        assert_eq!(&*accounts.user(0).unwrap().name, b"root");
        assert_eq!(&*accounts.user(7).unwrap().name, b"no\xffutf");
        assert!(accounts.user(3).is_none());
        assert_eq!(&*accounts.group(10).unwrap().name, b"wheel");
    }

    #[test]
    fn a_file_without_end_is_cut_and_counted() {
        let mut passwd = Vec::new();
        for uid in 0..(ACCOUNTS_MAX + 5) {
            passwd.extend(format!("u{uid}:x:{uid}:0::/:/\n").bytes());
        }
        let accounts = Accounts::read(&passwd, b"");
        assert_eq!(accounts.left_out, 5);
        assert!(accounts.user(4095).is_some());
        assert!(accounts.user(4096).is_none());
    }
}
