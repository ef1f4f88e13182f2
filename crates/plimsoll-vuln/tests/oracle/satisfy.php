<?php
// Whether versions satisfy constraints, as Composer has it; `!` where it reads one of them not.
require '/usr/share/php/Composer/Semver/autoload.php';
$out = [];
foreach (file('php://stdin', FILE_IGNORE_NEW_LINES) as $line) {
    [$constraint, $version] = explode("\t", $line);
    try {
        $out[] = Composer\Semver\Semver::satisfies($version, $constraint) ? 'yes' : 'no';
    } catch (UnexpectedValueException $error) {
        $out[] = '!';
    }
}
echo implode("\n", $out), "\n";
