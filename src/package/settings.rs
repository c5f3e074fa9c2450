//! Properties of a package that can be changed at any step, and the notification mail (`protocol` 6.2.3, 6.11).

use std::fmt;

use serde_json::{Value, json};

use super::Package;
use crate::api::endpoint;
use crate::call::Observer;
use crate::error::{Error, ErrorKind, Result};

impl Package {
    /// Sets after how many days the package expires, counted from finalize: 1 to 365, or 0 for the longest life that
    /// the organization allows (`protocol` 6.2.3).
    ///
    /// # Errors
    /// [`ErrorKind::LifeOutOfRange`] before anything is sent; [`ErrorKind::Denied`] or [`ErrorKind::InvalidInput`] if
    /// the organization's range is narrower.
    pub fn set_life(&self, observer: &mut dyn Observer, days: i32) -> Result<()> {
        if !(0..=365).contains(&days) {
            return Err(life_out_of_range(days));
        }
        self.0.steps.lock().may_change()?;
        self.run(observer, move |inner, session| {
            endpoint::update_package(session, &inner.path_name, &json!({"life": days})).map(|_| ())
        })
    }

    /// Sets the descriptor of a package, or the name of a Workspace (`protocol` 6.2.3).
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] and others from the service.
    pub fn set_label(&self, observer: &mut dyn Observer, label: &str) -> Result<()> {
        self.change(observer, json!({"label": label}))
    }

    /// Changes properties of the package for which there is no other method. The JSON object is sent as it is
    /// (`protocol` 6.2.3).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the text is not a JSON object, [`ErrorKind::LifeOutOfRange`], before anything
    /// is sent; [`ErrorKind::Denied`] and others from the service.
    pub fn update(&self, observer: &mut dyn Observer, json_object: &str) -> Result<()> {
        let fields = serde_json::from_str::<Value>(json_object).ok();
        let fields = fields.filter(Value::is_object).ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidArgument,
                "the properties to change are not a JSON object",
            )
        })?;
        let life = fields.get("life");
        if let Some(life) = life.filter(|life| life.as_u64().is_none_or(|days| days > 365)) {
            return Err(life_out_of_range(life));
        }
        self.change(observer, fields)
    }

    /// Makes the service mail the secure link to the recipients (`protocol` 6.11). **The keycode is sent to the service
    /// in clear** for that: from then on the service can decrypt the files.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinalized`], [`ErrorKind::KeycodeUnknown`] before anything is sent;
    /// [`ErrorKind::OutcomeUnknown`] if the response is lost: the mails may have been sent.
    pub fn notify(&self, observer: &mut dyn Observer) -> Result<()> {
        self.0.steps.lock().may_give_link()?;
        self.run(observer, |inner, session| {
            inner.prove_keycode_to_hand_on(session)?;
            endpoint::notify(session, &inner.path_name, inner.secrets()?.keycode.expose())
                .map(|_| ())
        })
    }

    fn change(&self, observer: &mut dyn Observer, fields: Value) -> Result<()> {
        self.0.steps.lock().may_change()?;
        self.run(observer, move |inner, session| {
            endpoint::update_package(session, &inner.path_name, &fields).map(|_| ())
        })
    }
}

fn life_out_of_range(days: impl fmt::Display) -> Error {
    let message = format!("a life of {days} days is not a whole number within 0 to 365");
    Error::new(ErrorKind::LifeOutOfRange, message)
}
