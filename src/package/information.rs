//! Package information, asked for anew (`protocol` 6.2.2).

use super::{Package, link};
use crate::api::endpoint;
use crate::call::Observer;
use crate::check::identifier;
use crate::client::Client;
use crate::error::Result;
use crate::record::PackageInformation;

impl Client {
    /// Gets the information of a package by its id, package code or secure link, without opening it (`protocol` 6.2.2).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for a text that is none of the three;
    /// [`ErrorKind::MalformedLink`](crate::ErrorKind::MalformedLink);
    /// [`ErrorKind::UnknownPackage`](crate::ErrorKind::UnknownPackage).
    pub fn package_information(
        &self,
        observer: &mut dyn Observer,
        package: &str,
    ) -> Result<PackageInformation> {
        let name = match link::parse(package) {
            Ok(link) => link.package_code,
            Err(error) if package.contains("://") => return Err(error),
            Err(_) => identifier("package id", package)?,
        };
        self.run(observer, move |session| {
            PackageInformation::read(&endpoint::whole_package_information(session, &name)?)
        })
    }
}

impl Package {
    /// Gets the information of the package from the service (`protocol` 6.2.2).
    ///
    /// # Errors
    /// [`ErrorKind::UnknownPackage`](crate::ErrorKind::UnknownPackage) for a package that has expired or was deleted.
    pub fn information(&self, observer: &mut dyn Observer) -> Result<PackageInformation> {
        self.0.steps.lock().may_read()?;
        self.run(observer, |inner, session| {
            let name = inner.path_name_to_read(session)?;
            let response = endpoint::whole_package_information(session, name)?;
            inner.learn(&response)
        })
    }
}
