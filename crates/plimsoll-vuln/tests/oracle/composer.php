<?php
// Orders pairs of versions as Composer's resolver does (`normalised`; `!` where it refuses one),
// or its comparator (`written`).
require '/usr/share/php/Composer/Semver/autoload.php';
$parser = new Composer\Semver\VersionParser();
$normalised = $argv[1] === 'normalised';
$out = [];
foreach (file('php://stdin', FILE_IGNORE_NEW_LINES) as $line) {
    [$a, $b] = explode("\t", $line);
    try {
        if ($normalised) {
            [$a, $b] = [$parser->normalize($a), $parser->normalize($b)];
        }
        $isBranch = strpos($a, 'dev-') === 0 || strpos($b, 'dev-') === 0;
        $out[] = $normalised && $isBranch ? '!' : '<=>'[version_compare($a, $b) + 1];
    } catch (UnexpectedValueException $error) {
        $out[] = '!';
    }
}
echo implode("\n", $out), "\n";
