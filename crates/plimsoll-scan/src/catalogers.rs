//! The written-out list of catalogers. One file, one line.

use crate::Cataloger;

mod apk_installed;
mod bitnami;
mod cargo_lock;
mod dotnet_deps;
mod dotnet_packages_lock;
mod dpkg_copyright;
mod dpkg_files;
mod dpkg_status;
mod dpkg_status_d;
pub(crate) mod go_binary;
mod go_mod;
mod gradle_lock;
pub(crate) mod java_archive;
mod node_bun_lock;
mod node_package;
mod node_package_lock;
mod node_pnpm_lock;
mod node_yarn_lock;
mod os_release;
mod php_composer_lock;
mod php_installed;
mod pom_xml;
mod python_dist_info;
mod python_egg_info;
mod python_pdm_lock;
mod python_pipfile_lock;
mod python_poetry_lock;
mod python_pylock;
mod python_requirements;
mod python_uv_lock;
mod python_wheel;
mod rpm_bdb;
mod rpm_manifest;
mod rpm_ndb;
mod rpm_sqlite;
mod ruby_gemfile_lock;
mod ruby_gemspec;
mod runtime_binaries;
mod runtime_files;
pub(crate) mod rust_binary;

/// Every cataloger, sorted by id. A test holds this list against the folder.
pub const CATALOGERS: &[&dyn Cataloger] = &[
    &apk_installed::ApkInstalled,
    &bitnami::Bitnami,
    &cargo_lock::CargoLock,
    &dotnet_deps::DotnetDeps,
    &dotnet_packages_lock::DotnetPackagesLock,
    &dpkg_copyright::DpkgCopyright,
    &dpkg_files::DpkgFiles,
    &dpkg_status::DpkgStatus,
    &dpkg_status_d::DpkgStatusD,
    &go_binary::GoBinary,
    &go_mod::GoMod,
    &gradle_lock::GradleLock,
    &java_archive::JavaArchive,
    &node_bun_lock::NodeBunLock,
    &node_package::NodePackage,
    &node_package_lock::NodePackageLock,
    &node_pnpm_lock::NodePnpmLock,
    &node_yarn_lock::NodeYarnLock,
    &os_release::OsRelease,
    &php_composer_lock::PhpComposerLock,
    &php_installed::PhpInstalled,
    &pom_xml::PomXml,
    &python_dist_info::PythonDistInfo,
    &python_egg_info::PythonEggInfo,
    &python_pdm_lock::PythonPdmLock,
    &python_pipfile_lock::PythonPipfileLock,
    &python_poetry_lock::PythonPoetryLock,
    &python_pylock::PythonPylock,
    &python_requirements::PythonRequirements,
    &python_uv_lock::PythonUvLock,
    &python_wheel::PythonWheel,
    &rpm_bdb::RpmBdb,
    &rpm_manifest::RpmManifest,
    &rpm_ndb::RpmNdb,
    &rpm_sqlite::RpmSqlite,
    &ruby_gemfile_lock::RubyGemfileLock,
    &ruby_gemspec::RubyGemspec,
    &runtime_binaries::RuntimeBinaries,
    &runtime_files::RuntimeFiles,
    &rust_binary::RustBinary,
];
