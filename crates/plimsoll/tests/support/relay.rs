//! A socket in front of an engine's that notes what is asked of it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

/// Hands on what comes, one request a connection.
pub struct Relay {
    folder: tempfile::TempDir,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    pub fn to(engine: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("relay.sock")).unwrap();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let (engine, noted) = (engine.to_owned(), Arc::clone(&requests));
        thread::spawn(move || {
            // Ends with the test's process.
            for client in listener.incoming().map_while(Result::ok) {
                let (engine, noted) = (engine.clone(), Arc::clone(&noted));
                thread::spawn(move || hand_on(&client, &engine, &noted));
            }
        });
        Self { folder, requests }
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("relay.sock")
    }

    /// The first line of each request so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn hand_on(client: &UnixStream, engine: &Path, noted: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut from_client = BufReader::new(client.try_clone()?);
    let mut line = String::new();
    if from_client.read_line(&mut line)? == 0 {
        // Only looked whether somebody answers.
        return Ok(());
    }
    noted.lock().unwrap().push(line.trim().to_owned());
    let mut to_engine = UnixStream::connect(engine)?;
    to_engine.write_all(line.as_bytes())?;
    let mut back = to_engine.try_clone()?;
    let mut to_client = client.try_clone()?;
    thread::spawn(move || {
        let _ = io::copy(&mut back, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let mut buffer = [0; 4096];
    loop {
        match from_client.read(&mut buffer)? {
            0 => return to_engine.shutdown(Shutdown::Both),
            count => to_engine.write_all(buffer.get(..count).unwrap_or_default())?,
        }
    }
}
