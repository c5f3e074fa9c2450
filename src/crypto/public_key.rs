//! Public keys that the service names: whether a keycode can be encrypted to them, and why not.
//!
//! Errors of rPGP are never passed on: they are made for programmers, with structures, octets and backtraces.

use std::io::Read as _;

use pgp::armor::Dearmor;
use pgp::composed::{Deserializable as _, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::ecc_curve::{ECCCurve, ecc_curve_from_oid};
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{PacketHeader, Signature, SignatureType};
use pgp::types::{
    EcdhPublicParams, EncryptionKey, KeyDetails as _, PacketLength, PublicParams, Tag, Timestamp,
};

use crate::error::{Error, ErrorKind, Result};

/// Refuses what is not a public key.
///
/// # Errors
/// `InvalidKey`.
pub(crate) fn check_public_key(armored: &str) -> Result<()> {
    parse(armored).map(|_| ())
}

pub(super) fn parse(armored: &str) -> Result<SignedPublicKey> {
    let armored = armored.trim_start();
    match SignedPublicKey::from_string(armored) {
        Ok((key, _)) => Ok(key),
        Err(_) => Err(unusable(&match unknown_curve(armored) {
            Some(curve) => unsupported(&curve),
            None => "the public key is not an armored OpenPGP public key".into(),
        })),
    }
}

/// Whether keycodes can be encrypted to a key. What rPGP can read is more than what it encrypts to.
pub(super) fn is_supported(key: &impl EncryptionKey) -> bool {
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

pub(super) fn primary_may_encrypt(key: &SignedPublicKey) -> bool {
    is_supported(&key.primary_key)
        && (may_encrypt(&key.details.direct_signatures)
            || key
                .details
                .users
                .iter()
                .any(|user| may_encrypt(&user.signatures)))
}

fn may_encrypt(signatures: &[Signature]) -> bool {
    signatures
        .iter()
        .map(Signature::key_flags)
        .any(|flags| flags.encrypt_comms() || flags.encrypt_storage())
}

/// The subkey that is meant for encryption: the first that has neither expired nor been revoked, or else the first.
pub(super) fn subkey_for_encryption(key: &SignedPublicKey) -> Option<&SignedPublicSubKey> {
    let meant = || {
        let subkeys = key.public_subkeys.iter();
        subkeys.filter(|subkey| is_supported(*subkey) && may_encrypt(&subkey.signatures))
    };
    meant()
        .find(|subkey| is_current(subkey))
        .or_else(|| meant().next())
}

/// Whether the subkey that is meant for encryption has expired or been revoked.
pub(crate) fn is_outdated(armored: &str) -> bool {
    parse(armored).is_ok_and(|key| {
        !primary_may_encrypt(&key)
            && subkey_for_encryption(&key).is_some_and(|subkey| !is_current(subkey))
    })
}

fn is_current(subkey: &SignedPublicSubKey) -> bool {
    let signatures = &subkey.signatures;
    let revoked = signatures
        .iter()
        .any(|signature| signature.typ() == Some(SignatureType::SubkeyRevocation));
    let last = signatures
        .iter()
        .max_by_key(|signature| signature.created());
    let life = last.and_then(|signature| signature.key_expiration_time());
    let expired = life.filter(|life| life.as_secs() > 0).is_some_and(|life| {
        subkey.created_at().as_secs().saturating_add(life.as_secs()) <= Timestamp::now().as_secs()
    });
    !revoked && !expired
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
