//! Parts as the official clients write them (`protocol` 3.4), made without any code of the library.

use std::sync::atomic::{AtomicU8, Ordering};

use aes::Aes256;
use cfb_mode::Encryptor;
use cfb_mode::cipher::{AsyncStreamCipher, KeyIvInit};
use sha1::{Digest, Sha1};
use sha2::Sha256;

/// How the clients differ.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) old_skesk_header: bool,
    pub(crate) sha1: bool,
    pub(crate) count: u8,
    pub(crate) session_key: bool,
    pub(crate) partial: bool,
    pub(crate) format: u8,
    pub(crate) name: &'static str,
}

pub(crate) const JAVA: Style = Style {
    old_skesk_header: true,
    sha1: true,
    count: 0x60,
    session_key: false,
    partial: true,
    format: b'b',
    name: "layout.bin",
};
pub(crate) const DOT_NET: Style = Style {
    sha1: false,
    ..JAVA
};
pub(crate) const NODE: Style = Style {
    old_skesk_header: false,
    sha1: false,
    count: 0x60,
    session_key: true,
    partial: false,
    format: b'b',
    name: "",
};
pub(crate) const PYTHON: Style = Style {
    count: 0xff,
    ..NODE
};

const ZERO_IV: [u8; 16] = [0; 16];
/// Length of the chunks that Bouncy Castle writes.
const CHUNK: usize = 65_536;

/// Encrypts one part.
pub(crate) fn part(style: Style, passphrase: &str, plaintext: &[u8]) -> Vec<u8> {
    let literal = [
        &[style.format, u8::try_from(style.name.len()).unwrap()],
        style.name.as_bytes(),
        &[0x66, 0, 0, 0],
        plaintext,
    ]
    .concat();
    let packet = [&[0xc0 | 11], &length(literal.len())[..], &literal].concat();
    message(style, passphrase, &packet)
}

/// Encrypts packets, with a random salt and prefix.
pub(crate) fn message(style: Style, passphrase: &str, packets: &[u8]) -> Vec<u8> {
    static COUNT: AtomicU8 = AtomicU8::new(0);
    let fresh = COUNT.fetch_add(1, Ordering::Relaxed);
    let salt = [fresh; 8];
    let derived = if style.sha1 {
        derive::<Sha1>(salt, style.count, passphrase)
    } else {
        derive::<Sha256>(salt, style.count, passphrase)
    };
    let mut skesk = vec![4, 9, 3, if style.sha1 { 2 } else { 8 }];
    skesk.extend(salt);
    skesk.push(style.count);
    let mut key = derived;
    if style.session_key {
        key = [0x5a; 32];
        let mut encrypted = [&[9], &key[..]].concat();
        encrypt(&derived, &mut encrypted);
        skesk.extend(encrypted);
    }
    let mut stream = vec![fresh; 18];
    stream.extend(packets);
    stream.extend([0xd3, 0x14]);
    let digest = Sha1::digest(&stream);
    stream.extend(digest);
    encrypt(&key, &mut stream);
    stream.insert(0, 1);

    let mut message = match style.old_skesk_header {
        true => vec![0x8c, u8::try_from(skesk.len()).unwrap()],
        false => vec![0xc3, u8::try_from(skesk.len()).unwrap()],
    };
    message.extend(skesk);
    message.push(0xd2);
    let mut rest = &stream[..];
    while style.partial && rest.len() >= CHUNK {
        message.push(0xe0 | 16);
        message.extend(&rest[..CHUNK]);
        rest = &rest[CHUNK..];
    }
    message.extend(length(rest.len()));
    message.extend(rest);
    message
}

/// Iterated and salted S2K to 32 bytes (RFC 4880, 3.7.1.3).
fn derive<D: Digest + Clone>(salt: [u8; 8], count: u8, passphrase: &str) -> [u8; 32] {
    let unit = [&salt, passphrase.as_bytes()].concat();
    let octets = ((16 + (usize::from(count) & 15)) << ((count >> 4) + 6)).max(unit.len());
    let repeated: Vec<u8> = unit.iter().copied().cycle().take(octets).collect();
    let mut key = Vec::new();
    for zeros in 0..2 {
        let mut hash = D::new();
        hash.update(&[0; 1][..zeros]);
        hash.update(&repeated);
        key.extend(hash.finalize());
    }
    key[..32].try_into().unwrap()
}

fn encrypt(key: &[u8; 32], data: &mut [u8]) {
    Encryptor::<Aes256>::new(key.into(), &ZERO_IV.into()).encrypt(data);
}

/// A length of the new format.
fn length(length: usize) -> Vec<u8> {
    match length {
        0..192 => vec![u8::try_from(length).unwrap()],
        192..8384 => {
            let rest = length - 192;
            vec![
                u8::try_from(rest / 256).unwrap() + 192,
                u8::try_from(rest % 256).unwrap(),
            ]
        }
        _ => [&[255], &u32::try_from(length).unwrap().to_be_bytes()[..]].concat(),
    }
}
