//! A small root filesystem and an image of it, made from Debian's static busybox.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Folder, output};

const BUSYBOX: &str = "/usr/bin/busybox";

/// A root filesystem with a shell and the usual small tools, two megabytes.
pub struct Root {
    folder: Folder,
}

/// What an image is called and says of itself.
pub struct Image<'a> {
    /// `shop/cart:1`
    pub name: &'a str,
    /// The `config` of its configuration, as JSON: `{"Env": […], "Labels": {…}}`.
    pub config: &'a str,
}

impl Default for Image<'_> {
    fn default() -> Self {
        Self {
            name: "plimsoll-test/box:1",
            config: r#"{"Env":["PATH=/usr/bin:/bin"],"Cmd":["sleep","1000"]}"#,
        }
    }
}

impl Root {
    pub fn new() -> Self {
        assert!(
            Path::new(BUSYBOX).exists(),
            "{BUSYBOX}: not there; install the package busybox-static"
        );
        let root = Self {
            folder: Folder::new(),
        };
        let path = root.path();
        for name in [
            "bin", "dev", "etc", "proc", "root", "sys", "tmp", "usr/bin", "var/log",
        ] {
            fs::create_dir_all(path.join(name)).unwrap();
        }
        fs::copy(BUSYBOX, path.join("bin/busybox")).unwrap();
        let names = output(Command::new(BUSYBOX).arg("--list"), "busybox-static");
        for name in names.lines().filter(|name| *name != "busybox") {
            symlink("busybox", path.join("bin").join(name)).unwrap();
        }
        let passwd = "root:x:0:0:root:/root:/bin/sh\nshop:x:1234:1234::/tmp:/bin/sh\n";
        fs::write(path.join("etc/passwd"), passwd).unwrap();
        fs::write(path.join("etc/group"), "root:x:0:\nshop:x:1234:\n").unwrap();
        fs::write(path.join("etc/shadow"), "root:*:19000:0:99999:7:::\n").unwrap();
        root
    }

    /// The root filesystem itself. What a test needs in it is put there before it is made an image.
    pub fn path(&self) -> PathBuf {
        self.folder.at("root")
    }

    /// An archive as `docker save` writes it, which every engine loads.
    pub fn archive(&self, image: &Image<'_>) -> PathBuf {
        let tag = image.name.replace(['/', ':'], "_");
        let at = self.folder.at(&format!("image-{tag}"));
        fs::create_dir_all(&at).unwrap();
        let tar = |folder: &Path, to: &Path| {
            let mut command = Command::new("tar");
            command
                .arg("--numeric-owner")
                .arg("-C")
                .arg(folder)
                .arg("-cf")
                .arg(to);
            output(command.arg("."), "tar");
        };
        tar(&self.path(), &at.join("layer.tar"));
        let sum = |name: &str| {
            let text = output(Command::new("sha256sum").arg(at.join(name)), "coreutils");
            text.split(' ').next().unwrap().to_owned()
        };
        let layer = sum("layer.tar");
        let config = format!(
            r#"{{"architecture":"{}","os":"linux","config":{},"rootfs":{{"type":"layers","diff_ids":["sha256:{layer}"]}}}}"#,
            architecture(),
            image.config
        );
        fs::write(at.join("config.json"), config).unwrap();
        let id = sum("config.json");
        fs::rename(at.join("config.json"), at.join(format!("{id}.json"))).unwrap();
        let manifest = format!(
            r#"[{{"Config":"{id}.json","RepoTags":["{}"],"Layers":["layer.tar"]}}]"#,
            image.name
        );
        fs::write(at.join("manifest.json"), manifest).unwrap();
        let archive = self.folder.at(&format!("{tag}.tar"));
        let mut command = Command::new("tar");
        command.arg("-C").arg(&at).arg("-cf").arg(&archive);
        command
            .arg("manifest.json")
            .arg(format!("{id}.json"))
            .arg("layer.tar");
        output(&mut command, "tar");
        archive
    }
}

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
