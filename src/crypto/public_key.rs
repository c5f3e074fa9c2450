//! Public keys that the service names: whether a keycode can be encrypted to them, and why not.
//!
//! Errors of rPGP are never passed on: they are made for programmers, with structures, octets and backtraces.

use std::io::Read as _;

use pgp::armor::Dearmor;
use pgp::composed::{Deserializable as _, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::ecc_curve::{ECCCurve, ecc_curve_from_oid};
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{PacketHeader, Signature, SignatureType, Subpacket, SubpacketData};
use pgp::types::{
    EcdhPublicParams, EncryptionKey, KeyDetails, PacketLength, PublicParams, Tag, Timestamp,
};

use super::armor::{PUBLIC_KEY, bare_block, block};
use crate::error::{Error, ErrorKind, Result};

/// The armored public key in a text.
///
/// # Errors
/// `InvalidKey`.
pub(crate) fn public_key_in(text: &str) -> Result<String> {
    parse(text)?;
    Ok(block(text, PUBLIC_KEY).to_string())
}

/// The longest text of a key: one with thousands of signatures. The service names keys for others.
const LONGEST_KEY: usize = 1 << 20;

pub(super) fn parse(armored: &str) -> Result<SignedPublicKey> {
    if armored.len() > LONGEST_KEY {
        return Err(unusable("the public key is longer than 1 MiB"));
    }
    let armored = &bare_block(armored, PUBLIC_KEY);
    match SignedPublicKey::from_string(armored) {
        Ok((key, _)) => Ok(key),
        Err(_) => Err(unusable(&match unknown_curve(armored) {
            Some(curve) => unsupported(&curve),
            None if armored.is_empty() => "the public key is empty".into(),
            None => "the public key is not an armored OpenPGP public key".into(),
        })),
    }
}

/// Whether keycodes can be encrypted to a key. What rPGP can read is more than what it encrypts to.
fn is_supported(key: &impl EncryptionKey) -> bool {
    let params = match key.public_params() {
        PublicParams::RSA(_) | PublicParams::X25519(_) | PublicParams::X448(_) => true,
        PublicParams::ECDH(params) => matches!(
            params,
            EcdhPublicParams::Curve25519Legacy { .. }
                | EcdhPublicParams::P256 { .. }
                | EcdhPublicParams::P384 { .. }
                | EcdhPublicParams::P521 { .. }
        ),
        _ => false,
    };
    params && key.algorithm().can_encrypt()
}

/// A key of a public key to which keycodes can be encrypted.
pub(super) struct Choice<'k> {
    /// None for the primary key.
    pub(super) subkey: Option<&'k SignedPublicSubKey>,
    /// Neither expired nor revoked.
    is_current: bool,
    /// What its owner has made it for; none if that is not said.
    is_for_encryption: Option<bool>,
}

/// Chooses the first key that is meant for encryption and has neither expired nor been revoked. If there is none, the
/// order is: one that is meant for nothing in particular, one that is out of date, one that is meant for something
/// else; some clients wrote no flags or the wrong ones (`protocol` 3.7).
pub(super) fn choose(key: &SignedPublicKey) -> Option<Choice<'_>> {
    let users = key.details.users.iter();
    let signed = || users.clone().flat_map(|user| &user.signatures);
    let own = key.details.direct_signatures.iter().chain(signed());
    let is_current = key.details.revocation_signatures.is_empty()
        && !has_expired(
            &key.primary_key,
            own.clone().max_by_key(|own| own.created()),
        );
    let primary = is_supported(&key.primary_key).then(|| Choice {
        subkey: None,
        is_current,
        is_for_encryption: own.filter_map(is_for_encryption).reduce(|a, b| a || b),
    });
    let subkeys = key.public_subkeys.iter();
    let subkeys = subkeys
        .filter(|subkey| is_supported(*subkey))
        .map(|subkey| {
            let of_type = |wanted| {
                let signatures = subkey.signatures.iter();
                signatures.filter(move |signature| signature.typ() == Some(wanted))
            };
            let binding =
                of_type(SignatureType::SubkeyBinding).max_by_key(|binding| binding.created());
            let is_revoked = of_type(SignatureType::SubkeyRevocation).next().is_some();
            Choice {
                subkey: Some(subkey),
                is_current: is_current && !is_revoked && !has_expired(subkey, binding),
                is_for_encryption: binding.and_then(is_for_encryption),
            }
        });
    primary.into_iter().chain(subkeys).min_by_key(|choice| {
        match (choice.is_current, choice.is_for_encryption) {
            (true, Some(true)) => 0,
            (true, None) => 1,
            (false, Some(true)) => 2,
            (false, None) => 3,
            (_, Some(false)) => 4,
        }
    })
}

/// What a signature says of its key's purpose.
fn is_for_encryption(signature: &Signature) -> Option<bool> {
    let is_flags = |packet: &Subpacket| matches!(packet.data, SubpacketData::KeyFlags(_));
    let flags = signature.key_flags();
    signature
        .config()?
        .hashed_subpackets()
        .any(is_flags)
        .then(|| flags.encrypt_comms() || flags.encrypt_storage())
}

fn has_expired(key: &impl KeyDetails, last: Option<&Signature>) -> bool {
    let life = last.and_then(|signature| signature.key_expiration_time());
    life.filter(|life| life.as_secs() > 0).is_some_and(|life| {
        key.created_at().as_secs().saturating_add(life.as_secs()) <= Timestamp::now().as_secs()
    })
}

/// Whether the key to which keycodes are encrypted has expired or been revoked, since there is no better one.
pub(crate) fn is_outdated(armored: &str) -> bool {
    parse(armored).is_ok_and(|key| choose(&key).is_some_and(|choice| !choice.is_current))
}

/// Why none of a public key's keys is supported.
pub(super) fn cannot_encrypt(key: &SignedPublicKey) -> Error {
    let subkeys = key.public_subkeys.iter();
    let keys = subkeys
        .map(|subkey| (subkey.algorithm(), subkey.public_params()))
        .chain([(key.primary_key.algorithm(), key.primary_key.public_params())]);
    let mut meant = keys.filter(|(algorithm, _)| algorithm.can_encrypt());
    unusable(&match meant.next() {
        Some((_, PublicParams::ECDH(params))) => unsupported(&ecdh(&params.curve())),
        Some((PublicKeyAlgorithm::Elgamal | PublicKeyAlgorithm::ElgamalEncrypt, _)) => {
            unsupported("ElGamal")
        }
        Some((algorithm, _)) => unsupported(&format!("number {}", u8::from(algorithm))),
        None => "the public key cannot encrypt: it is for signatures only".into(),
    })
}

/// The algorithm of a key that rPGP does not read, because it has never heard of the curve.
fn unknown_curve(armored: &str) -> Option<String> {
    let mut bytes = Vec::new();
    Dearmor::new(armored.as_bytes())
        .read_to_end(&mut bytes)
        .ok()?;
    let mut rest = bytes.as_slice();
    loop {
        let header = PacketHeader::try_from_reader(&mut rest).ok()?;
        let PacketLength::Fixed(len) = header.packet_length() else {
            return None;
        };
        let (body, next) = rest.split_at_checked(usize::try_from(len).ok()?)?;
        rest = next;
        // Version, date, ECDH, in version 6 a length; then the curve's identifier after its length.
        let identifier = match body {
            [4, _, _, _, _, 18, rest @ ..] | [6, _, _, _, _, 18, _, _, _, _, rest @ ..] => rest,
            _ => continue,
        };
        let (len, identifier) = identifier.split_first()?;
        let curve = ecc_curve_from_oid(identifier.get(..usize::from(*len))?);
        if matches!(header.tag(), Tag::PublicKey | Tag::PublicSubkey)
            && let Some(curve @ (ECCCurve::Secp256k1 | ECCCurve::Unknown(_))) = curve
        {
            return Some(ecdh(&curve));
        }
    }
}

fn ecdh(curve: &ECCCurve) -> String {
    match curve {
        ECCCurve::Unknown(_) => format!("ECDH, curve {}", curve.oid_str()),
        _ => format!("ECDH, {}", curve.name()),
    }
}

fn unsupported(algorithm: &str) -> String {
    format!("the key's algorithm ({algorithm}) is not supported")
}

fn unusable(why: &str) -> Error {
    Error::new(ErrorKind::InvalidKey, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_too_long_is_not_read() {
        let long = "A".repeat(LONGEST_KEY + 1);
        let error = parse(&long).expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::InvalidKey);
        assert!(error.message().contains("longer than 1 MiB"), "{error}");
    }
}
