//! Makes small executables for tests: headers and named sections, nothing that could run.

use super::Format;

/// A section to be put in: name, address, bytes, whether it is mapped writable.
pub type Part<'a> = (&'a str, u64, &'a [u8], bool);

/// What kind of executable to make.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub format: Format,
    pub wide: bool,
    pub big_endian: bool,
    /// ELF without section headers.
    pub stripped: bool,
}

impl Sample {
    pub const ELF: Self = Self {
        format: Format::Elf,
        wide: true,
        big_endian: false,
        stripped: false,
    };

    /// Each kind that the readers know.
    pub const ALL: [Self; 11] = [
        Self::ELF,
        Self::ELF.narrow(),
        Self::ELF.big(),
        Self::ELF.narrow().big(),
        Self {
            stripped: true,
            ..Self::ELF
        },
        Self::of(Format::Pe),
        Self::of(Format::Pe).narrow(),
        Self::of(Format::MachO),
        Self::of(Format::MachO).narrow(),
        Self::of(Format::MachO).big(),
        Self::of(Format::MachO).narrow().big(),
    ];

    pub const fn of(format: Format) -> Self {
        Self {
            format,
            ..Self::ELF
        }
    }

    pub const fn narrow(self) -> Self {
        Self {
            wide: false,
            ..self
        }
    }

    pub const fn big(self) -> Self {
        Self {
            big_endian: true,
            ..self
        }
    }

    pub fn build(self, parts: &[Part<'_>]) -> Vec<u8> {
        match self.format {
            Format::Elf => self.elf(parts),
            Format::Pe => self.pe(parts),
            Format::MachO => self.macho(parts),
        }
    }

    /// A pointer or size in the sample's word size and byte order.
    pub fn word(self, value: u64) -> Vec<u8> {
        if self.wide {
            self.int(value, 8)
        } else {
            self.int(value, 4)
        }
    }

    fn int(self, value: u64, len: usize) -> Vec<u8> {
        if self.big_endian {
            value.to_be_bytes()[8 - len..].to_vec()
        } else {
            value.to_le_bytes()[..len].to_vec()
        }
    }

    fn elf(self, parts: &[Part<'_>]) -> Vec<u8> {
        let (head, program, section) = if self.wide {
            (64, 56, 64)
        } else {
            (52, 32, 40)
        };
        let int = |value: usize, len| self.int(value as u64, len);
        let bodies_at = head + program * parts.len();
        let mut programs = Vec::new();
        let mut bodies = Vec::new();
        let mut names = b"\0.shstrtab\0".to_vec();
        // The first section header is empty.
        let mut sections = vec![0; section];
        for (name, address, bytes, writable) in parts {
            let (offset, size) = (bodies_at + bodies.len(), bytes.len());
            let flags = if *writable { 6 } else { 4 };
            programs.extend(int(1, 4));
            if self.wide {
                programs.extend(int(flags, 4));
            }
            for value in [offset as u64, *address, *address, size as u64, size as u64] {
                programs.extend(self.word(value));
            }
            if !self.wide {
                programs.extend(int(flags, 4));
            }
            programs.extend(self.word(16));
            sections.extend(int(names.len(), 4));
            sections.extend(int(1, 4));
            for value in [
                u64::from(*writable) | 2,
                *address,
                offset as u64,
                size as u64,
            ] {
                sections.extend(self.word(value));
            }
            sections.extend([0; 8]);
            sections.extend(self.word(16));
            sections.extend(self.word(0));
            names.extend(name.bytes().chain([0]));
            bodies.extend_from_slice(bytes);
        }
        sections.extend(int(1, 4));
        sections.extend(int(3, 4));
        for value in [0, 0, bodies_at + bodies.len(), names.len()] {
            sections.extend(self.word(value as u64));
        }
        sections.extend([0; 8]);
        sections.extend(self.word(1));
        sections.extend(self.word(0));
        let sections_at = bodies_at + bodies.len() + names.len();
        let count = parts.len() + 2;
        let mut out = b"\x7fELF".to_vec();
        out.extend([1 + u8::from(self.wide), 1 + u8::from(self.big_endian), 1]);
        out.resize(16, 0);
        out.extend([int(2, 2), int(62, 2), int(1, 4)].concat());
        out.extend(self.word(0));
        out.extend(self.word(head as u64));
        out.extend(self.word(if self.stripped { 0 } else { sections_at as u64 }));
        out.extend(int(0, 4));
        for value in [head, program, parts.len(), section] {
            out.extend(int(value, 2));
        }
        let (count, names_index) = if self.stripped {
            (0, 0)
        } else {
            (count, count - 1)
        };
        out.extend([int(count, 2), int(names_index, 2)].concat());
        out.extend(programs);
        out.extend(bodies);
        if !self.stripped {
            out.extend(names);
            out.extend(sections);
        }
        out
    }

    fn pe(self, parts: &[Part<'_>]) -> Vec<u8> {
        let optional = if self.wide { 240 } else { 224 };
        let bodies_at = 64 + 24 + optional + 40 * parts.len();
        let int = |value: usize, len| self.int(value as u64, len);
        let mut out = b"MZ".to_vec();
        out.resize(60, 0);
        out.extend(int(64, 4));
        out.extend(b"PE\0\0");
        out.extend([int(0x8664, 2), int(parts.len(), 2)].concat());
        out.extend([0; 12]);
        out.extend([int(optional, 2), int(0x22, 2)].concat());
        let mut header = int(if self.wide { 0x20b } else { 0x10b }, 2);
        header.resize(optional, 0);
        out.extend(header);
        let mut bodies = Vec::new();
        for (name, address, bytes, writable) in parts {
            let mut field = name.as_bytes().to_vec();
            field.resize(8, 0);
            out.extend(field);
            let place = bodies_at + bodies.len();
            for value in [bytes.len(), *address as usize, bytes.len(), place, 0, 0, 0] {
                out.extend(int(value, 4));
            }
            let flags = if *writable { 0xc000_0040 } else { 0x4000_0040 };
            out.extend(int(flags, 4));
            bodies.extend_from_slice(bytes);
        }
        out.extend(bodies);
        out
    }

    fn macho(self, parts: &[Part<'_>]) -> Vec<u8> {
        let (head, segment) = if self.wide {
            (32, 72 + 80)
        } else {
            (28, 56 + 68)
        };
        let int = |value: usize, len| self.int(value as u64, len);
        let bodies_at = head + segment * parts.len();
        let mut out = int(if self.wide { 0xfeed_facf } else { 0xfeed_face }, 4);
        for value in [0x0100_0007, 3, 2, parts.len(), segment * parts.len(), 0] {
            out.extend(int(value, 4));
        }
        out.resize(head, 0);
        let mut bodies = Vec::new();
        for (name, address, bytes, writable) in parts {
            let (place, size) = ((bodies_at + bodies.len()) as u64, bytes.len() as u64);
            out.extend(int(if self.wide { 0x19 } else { 1 }, 4));
            out.extend(int(segment, 4));
            let mut segment_name = b"__DATA".to_vec();
            segment_name.resize(16, 0);
            out.extend(&segment_name);
            for value in [*address, size, place, size] {
                out.extend(self.word(value));
            }
            let protection = if *writable { 3 } else { 5 };
            for value in [protection, protection, 1, 0] {
                out.extend(int(value, 4));
            }
            let mut field = name.as_bytes().to_vec();
            field.resize(16, 0);
            out.extend(field);
            out.extend(&segment_name);
            out.extend([self.word(*address), self.word(size)].concat());
            out.extend(int(place as usize, 4));
            out.resize(out.len() + if self.wide { 28 } else { 24 }, 0);
            bodies.extend_from_slice(bytes);
        }
        out.extend(bodies);
        out
    }
}
