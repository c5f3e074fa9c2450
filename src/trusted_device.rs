//! Trusted devices. A device has a key pair, and keycodes are encrypted to its public key: then packages open without
//! their secure links (`protocol` 3.6, 3.7, 6.10).

use crate::api::retry::gone_is_done;
use crate::api::{Session, endpoint};
use crate::call::{Observer, Phase};
use crate::check::identifier;
use crate::client::Client;
use crate::crypto::{PrivateKey, encrypt_keycode, public_key_in};
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::key_pair::KeyPair;
use crate::record::PublicKey;
use crate::secret::SecretString;

/// The result of [`Client::keycodes`] for one package.
#[derive(Clone, Debug)]
pub struct PackageKeycode {
    /// The id of the package.
    pub package_id: String,
    /// Its keycode, or the error.
    pub keycode: Result<SecretString>,
}

/// The result of [`Client::sync_keycodes`].
#[derive(Clone, Debug)]
pub struct SyncedKeycodes {
    /// The number of keycodes that were encrypted for another device and stored.
    pub synchronized: u32,
    /// The keycodes for which that failed.
    pub failures: Vec<SyncFailure>,
}

/// A keycode that could not be stored for another device.
#[derive(Clone, Debug)]
pub struct SyncFailure {
    /// The package.
    pub package_id: String,
    /// The id of the other device's public key.
    pub public_key_id: String,
    /// Why.
    pub error: Error,
}

impl Client {
    /// Registers a public key as a trusted device of the user: from now on keycodes are encrypted to it. Returns the
    /// service's id of the key.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidKey`] before anything is sent; [`ErrorKind::LimitExceeded`] if the user has too many;
    /// [`ErrorKind::OutcomeUnknown`] if the response was lost: repeating the request could register the key twice.
    pub fn register_public_key(
        &self,
        observer: &mut dyn Observer,
        public_key: &str,
        description: &str,
    ) -> Result<String> {
        let (public_key, description) = (public_key_in(public_key)?, description.to_owned());
        self.run(observer, move |session| {
            register(session, &public_key, &description)
        })
    }

    /// Generates a key pair for this device, and registers its public key.
    ///
    /// # Errors
    /// As [`register_public_key`](Self::register_public_key).
    pub fn generate_key_pair(
        &self,
        observer: &mut dyn Observer,
        description: &str,
    ) -> Result<KeyPair> {
        let description = description.to_owned();
        self.run(observer, move |session| {
            session.call.set_phase(Phase::Preparing);
            let mut pair = KeyPair::generate(2048)?;
            session.call.check()?;
            pair.public_key_id = Some(register(session, &pair.public_key, &description)?);
            pair.description = Some(description);
            Ok(pair)
        })
    }

    /// Gets the armored public key of one of the user's trusted devices.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] for an id that is not one of the user's.
    pub fn public_key(&self, observer: &mut dyn Observer, public_key_id: &str) -> Result<String> {
        let id = identifier("public key id", public_key_id)?;
        self.run(observer, move |session| {
            let response = endpoint::get_public_key(session, &id)?;
            let message = "the response has no public key";
            response
                .filled("publicKey")
                .ok_or_else(|| Error::new(ErrorKind::BadAnswer, message))
        })
    }

    /// Revokes a public key: the service deletes it with the keycodes that were encrypted to it.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] for an id that is not one of the user's.
    pub fn revoke_public_key(
        &self,
        observer: &mut dyn Observer,
        public_key_id: &str,
    ) -> Result<()> {
        let id = identifier("public key id", public_key_id)?;
        self.run(observer, move |session| {
            let revoked = endpoint::revoke_public_key(session, &id);
            let is_gone = |_: &Error| {
                endpoint::get_public_key(session, &id).is_err_and(|e| e.server_code().is_some())
            };
            gone_is_done(revoked, is_gone)
        })
    }

    /// Gets the keycodes of several packages, and decrypts them with the private key of a trusted device. Returns one
    /// result for each id, in the same order.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidKey`] before anything is sent; [`ErrorKind::Refused`] for a public key that is not one of
    /// the user's. The result of one package is [`ErrorKind::Refused`] if the service holds no keycode of it for this
    /// device, and [`ErrorKind::DecryptFailed`] if the keycode does not decrypt.
    pub fn keycodes(
        &self,
        observer: &mut dyn Observer,
        public_key_id: &str,
        private_key: &SecretString,
        package_ids: &[String],
    ) -> Result<Vec<PackageKeycode>> {
        let private_key = PrivateKey::parse(private_key.expose())?;
        if package_ids.is_empty() {
            return Ok(Vec::new());
        }
        let id = identifier("public key id", public_key_id)?;
        let package_ids = package_ids.iter().map(|id| identifier("package id", id));
        let package_ids: Vec<String> = package_ids.collect::<Result<_>>()?;
        self.run(observer, move |session| {
            let response = endpoint::get_keycodes(session, &id, &package_ids)?;
            let held = response.required_list("keycodes")?;
            let keycode = |package_id: &String| {
                let mut held = held.iter();
                let of_package = held.find(|h| h.text("packageId").as_ref() == Some(package_id));
                let armored = of_package.and_then(|held| held.filled("keycode"));
                let armored = armored.ok_or_else(|| {
                    let message = "the service holds no keycode of this package for the device";
                    Error::new(ErrorKind::Refused, message)
                })?;
                let keycode = private_key.decrypt_keycode(&armored)?;
                Ok(SecretString::from(keycode.expose()))
            };
            let keycodes = package_ids.iter().map(|package_id| PackageKeycode {
                package_id: package_id.clone(),
                keycode: keycode(package_id),
            });
            Ok(keycodes.collect())
        })
    }

    /// Gives the user's other trusted devices the keycodes that only this one has. The service lists them; each is
    /// decrypted with the private key, encrypted to the other device's public key, and stored.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidKey`] before anything is sent; [`ErrorKind::Refused`] for a public key that is not one of
    /// the user's; errors of the network. A failure for one keycode is in the result. After a failure the call can be
    /// repeated.
    pub fn sync_keycodes(
        &self,
        observer: &mut dyn Observer,
        public_key_id: &str,
        private_key: &SecretString,
    ) -> Result<SyncedKeycodes> {
        let private_key = PrivateKey::parse(private_key.expose())?;
        let id = identifier("public key id", public_key_id)?;
        self.run(observer, move |session| {
            let response = endpoint::sync_keycodes(session, &id)?;
            let keys = endpoint::readable_public_keys(&response, &session.call)?;
            let mut done = SyncedKeycodes {
                synchronized: 0,
                failures: Vec::new(),
            };
            for missing in response.required_list("keycodes")? {
                match store_for_other_device(session, missing, &keys, &private_key) {
                    Ok(()) => done.synchronized += 1,
                    Err(error) if is_of_one_keycode(&error) => done.failures.push(SyncFailure {
                        package_id: missing.text("packageId").unwrap_or_default(),
                        public_key_id: missing.text("publicKeyId").unwrap_or_default(),
                        error,
                    }),
                    Err(error) => return Err(error),
                }
            }
            Ok(done)
        })
    }
}

/// Registers a public key; returns its id.
fn register(session: &Session, public_key: &str, description: &str) -> Result<String> {
    let registered = endpoint::register_public_key(session, public_key, description);
    let response = registered.map_err(|error| match error.kind() {
        ErrorKind::OutcomeUnknown => error.with_remedy(
            "register another key pair; this one may be registered under an id that nobody knows",
        ),
        _ => error,
    })?;
    response.filled("id").ok_or_else(|| {
        let message = "the response to registering a public key has no id";
        Error::new(ErrorKind::BadAnswer, message)
    })
}

/// Encrypts one keycode for another device.
fn store_for_other_device(
    session: &Session,
    missing: &Json,
    keys: &[PublicKey],
    private_key: &PrivateKey,
) -> Result<()> {
    let keycode = private_key.decrypt_keycode(&missing.text("keycode").unwrap_or_default())?;
    let package_id = missing.text("packageId").unwrap_or_default();
    let wanted = missing.text("publicKeyId").unwrap_or_default();
    let key = keys.iter().find(|key| key.public_key_id == wanted);
    let message = "the service does not give the public key of the other device";
    let key = key.ok_or_else(|| Error::new(ErrorKind::InvalidKey, message))?;
    let encrypted = encrypt_keycode(&keycode, &key.public_key)?;
    endpoint::set_keycode(session, &package_id, &wanted, &encrypted).map(|_| ())
}

/// Whether a failure concerns one keycode only, so that the next one may succeed.
fn is_of_one_keycode(error: &Error) -> bool {
    let cryptography = [
        ErrorKind::DecryptFailed,
        ErrorKind::UnsupportedFormat,
        ErrorKind::PartTooLarge,
        ErrorKind::InvalidKey,
    ];
    cryptography.contains(&error.kind())
        || (error.server_code().is_some() && !error.concerns_caller())
}
