//! Opening a package that exists, to continue or to read it (`protocol` section 5).

use super::step::Steps;
use super::{Package, Secrets, link};
use crate::api::endpoint;
use crate::call::Observer;
use crate::check::{identifier, is_identifier};
use crate::client::Client;
use crate::crypto::{Keycode, PrivateKey};
use crate::error::{Error, ErrorKind, Result};
use crate::record::PackageInformation;
use crate::secret::SecretString;

impl Package {
    /// Opens an existing package by its id and keycode, to continue or to read it.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownPackage`] for a package that is gone or not yours. A wrong keycode is found at its first
    /// use, before anything is written: that call fails with [`ErrorKind::WrongKeycode`] or a refusal.
    pub fn open(
        client: &Client,
        observer: &mut dyn Observer,
        package_id: &str,
        keycode: SecretString,
    ) -> Result<Self> {
        let keycode = Keycode::given(keycode.expose())?;
        let package_id = identifier("package id", package_id)?;
        let information = client.run(observer, move |session| {
            PackageInformation::read(&endpoint::package_information(session, &package_id)?)
        })?;
        Self::opened(client, &information, Some(keycode)).map(Self::read_by_id)
    }

    /// Opens a package by its secure link, to read it. If the link has no keycode, only what is not encrypted can be
    /// read.
    ///
    /// Requests go to the client's own host, even if the link names another portal.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedLink`]; [`ErrorKind::UnknownPackage`] for a package that has expired, was deleted, or is
    /// not for you.
    pub fn open_link(client: &Client, observer: &mut dyn Observer, link: &str) -> Result<Self> {
        let link = link::parse(link)?;
        let keycode = link
            .keycode
            .as_ref()
            .map(|keycode| Keycode::from_text(keycode.expose()))
            .transpose()?;
        let code = link.package_code;
        let opened = client.run(observer, move |session| {
            PackageInformation::read(&endpoint::package_information(session, &code)?)
        });
        let information = opened.map_err(|error| {
            let is_unknown = error.server_code().is_some() || error.http_status() == Some(404);
            match is_unknown && !link.host.eq_ignore_ascii_case(client.host()) {
                true => error
                    .context(format_args!(
                        "the link is of {}, the client of {}",
                        link.host,
                        client.host()
                    ))
                    .with_remedy("use a client of the link's host, with an API key of that portal"),
                false => error,
            }
        })?;
        Self::opened(client, &information, keycode)
    }

    /// Opens a package by its id with the private key of a trusted device. The service holds the keycode, encrypted to
    /// the device's public key (`protocol` 5.6).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidKey`], [`ErrorKind::DecryptFailed`] if the keycode was encrypted to another key; refusals
    /// of the service if it holds none for this key.
    pub fn open_with_private_key(
        client: &Client,
        observer: &mut dyn Observer,
        package_id: &str,
        public_key_id: &str,
        private_key: &SecretString,
    ) -> Result<Self> {
        let private_key = PrivateKey::parse(private_key.expose())?;
        let package_id = identifier("package id", package_id)?;
        let public_key_id = identifier("public key id", public_key_id)?;
        let (information, keycode) = client.run(observer, move |session| {
            let information =
                PackageInformation::read(&endpoint::package_information(session, &package_id)?)?;
            let encrypted =
                endpoint::get_keycode(session, &information.package_id, &public_key_id)?;
            let keycode = private_key.decrypt_keycode(&encrypted.required("message")?)?;
            Ok((information, keycode))
        })?;
        Self::opened(client, &information, Some(keycode)).map(Self::read_by_id)
    }

    fn opened(
        client: &Client,
        information: &PackageInformation,
        keycode: Option<Keycode>,
    ) -> Result<Self> {
        let missing = |what: &str| {
            Error::new(
                ErrorKind::BadAnswer,
                format!("the package information has no {what}"),
            )
        };
        if !is_identifier(&information.package_id) {
            return Err(missing("package id"));
        }
        if !is_identifier(&information.package_code) {
            return Err(missing("package code"));
        }
        let server_secret = SecretString::new(information.server_secret.clone());
        if keycode.is_some() && server_secret.expose().is_empty() {
            return Err(missing("server secret"));
        }
        let (id, code) = (&information.package_id, &information.package_code);
        let secrets =
            keycode.map(|keycode| Secrets::new(client, keycode, &server_secret, id, code));
        let keycode_length = secrets
            .as_ref()
            .map(|secrets| secrets.keycode.expose().len());
        let steps = Steps::opened(information, keycode_length);
        Ok(Self::new(client, id.clone(), code.clone(), secrets, steps))
    }
}
