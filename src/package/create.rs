//! A new package or Workspace (`protocol` 4.1).

use serde_json::json;

use super::step::Steps;
use super::{Package, Secrets};
use crate::api::endpoint;
use crate::call::Observer;
use crate::check::{email_address, is_identifier};
use crate::client::Client;
use crate::crypto::Keycode;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretString;

impl Package {
    /// Creates an empty package on the service (`protocol` 4.1). The keycode is generated on this machine, and the
    /// service never gets it in clear.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`], [`ErrorKind::Denied`]; errors of the network.
    pub fn create(client: &Client, observer: &mut dyn Observer) -> Result<Self> {
        Self::create_as(client, observer, false, None)
    }

    /// Creates an empty package in the name of another user of the organization, as its administrator
    /// (`protocol` 4.1).
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`]; as [`create`](Self::create).
    pub fn create_for_user(
        client: &Client,
        observer: &mut dyn Observer,
        email: &str,
    ) -> Result<Self> {
        Self::create_as(client, observer, false, Some(email_address(email)?))
    }

    /// Creates a Workspace, which is usable at once, and encrypts its keycode for the trusted devices of its owner and
    /// the organization (`protocol` 4.1, 4.6). With an empty name, the Workspace has none.
    ///
    /// # Errors
    /// As [`create`](Self::create). If the keycode cannot be stored, the new Workspace is deleted again.
    pub fn create_workspace(
        client: &Client,
        observer: &mut dyn Observer,
        name: &str,
    ) -> Result<Self> {
        let workspace = Self::create_as(client, observer, true, None)?;
        let name = name.to_owned();
        let prepared = workspace.run(observer, move |inner, session| {
            inner.upload_keycodes(session, None)?;
            if !name.is_empty() {
                endpoint::update_package(session, &inner.path_name, &json!({"label": name}))?;
            }
            inner.refresh(session).map(|_| ())
        });
        match prepared {
            Ok(()) => Ok(workspace),
            Err(error) => {
                // Nobody could open this Workspace on another device, and nobody uses it yet.
                workspace.clean_up(|inner, session| {
                    let _ = endpoint::delete_package(session, &inner.path_name);
                });
                Err(error)
            }
        }
    }

    fn create_as(
        client: &Client,
        observer: &mut dyn Observer,
        is_workspace: bool,
        for_user: Option<String>,
    ) -> Result<Self> {
        let keycode = Keycode::generate()?;
        let created = client.run(observer, move |session| {
            endpoint::create_package(session, is_workspace, for_user.as_deref())
        })?;
        let missing = || {
            Error::new(
                ErrorKind::BadAnswer,
                "the response to creating a package is not complete",
            )
        };
        let name = |member| created.filled(member).filter(|text| is_identifier(text));
        let id = name("packageId").ok_or_else(missing)?;
        let code = name("packageCode").ok_or_else(missing)?;
        let server_secret = SecretString::new(created.filled("serverSecret").ok_or_else(missing)?);
        let secrets = Secrets::new(client, keycode, &server_secret, &id, &code);
        secrets.evidence.proved();
        let steps = Steps::created(is_workspace);
        Ok(Self::new(client, id, code, Some(secrets), steps).read_by_id())
    }
}
