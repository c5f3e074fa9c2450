//! What was changed on its way yields an error and nothing else.

use super::*;

#[test]
fn every_flipped_bit_is_noticed() {
    let passphrase = passphrase("p");
    for plaintext in ["", "hello, world"] {
        let message = seal(plaintext.as_bytes(), &passphrase);
        for at in 0..message.len() {
            for bit in 0..8 {
                let mut damaged = message.clone();
                damaged[at] ^= 1 << bit;
                failure(&damaged, &passphrase, NO_LIMIT);
            }
        }
    }
}

#[test]
fn every_truncation_is_noticed() {
    let passphrase = passphrase("p");
    let message = seal(&noise(1, 300), &passphrase);
    for len in 0..message.len() {
        assert_eq!(
            failure(&message[..len], &passphrase, NO_LIMIT),
            ErrorKind::DecryptFailed,
            "{len} bytes"
        );
    }
}

#[test]
fn a_change_in_the_middle_of_a_large_part_is_noticed() {
    let passphrase = passphrase("p");
    let mut message = seal(&noise(1, 1_000_000), &passphrase);
    message[500_000] ^= 1;
    assert_eq!(
        failure(&message, &passphrase, NO_LIMIT),
        ErrorKind::DecryptFailed
    );
}

#[test]
fn data_after_the_message_is_refused() {
    let passphrase = passphrase("p");
    let message = seal(b"text", &passphrase);
    for trailing in [&[0u8][..], &[0xca, 3, b'P', b'G', b'P'], &message] {
        let longer = [&message, trailing].concat();
        assert_eq!(
            failure(&longer, &passphrase, NO_LIMIT),
            ErrorKind::DecryptFailed
        );
    }
}

#[test]
fn a_wrong_passphrase_looks_like_damage() {
    let message = seal(b"text", &passphrase("right"));
    let mut damaged = message.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let error = |message: &[u8], text: &str| opened(message, &passphrase(text)).unwrap_err();
    let (wrong, damaged) = (error(&message, "wrong"), error(&damaged, "right"));
    assert_eq!(
        (wrong.kind(), wrong.message()),
        (damaged.kind(), damaged.message())
    );
    assert_eq!(wrong.kind(), ErrorKind::DecryptFailed);
}

#[test]
fn noise_is_refused() {
    let passphrase = passphrase("p");
    for seed in 0..20_000 {
        let mut message = noise(seed, 1 + usize::try_from(seed % 60).unwrap());
        // Most of it should get past the first look.
        match seed % 3 {
            0 => message[0] |= 0xc0,
            1 => message[0] = 0xd2,
            _ => {}
        }
        failure(&message, &passphrase, NO_LIMIT);
    }
}
