// Orders pairs of versions as npm's `semver` does, loosely (`npm`) or strictly (`semver`).
const semver = require(process.argv[2] + '/node_modules/semver')
const options = { loose: process.argv[3] === 'npm' }
// In loose mode the pattern may break a number in two (`1.2.30.4` is read as 1.2.3-0.4); such
// accidents are left out.
const whole = /^[v=\s]*\d+\.\d+\.\d+(?!\d)(-?[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+.*)?$/
const lines = require('fs').readFileSync(0, 'utf8').replace(/\n$/, '').split('\n')
const out = lines.map(line => {
  const [a, b] = line.split('\t').map(text => whole.test(text) && semver.parse(text, options))
  return a && b ? '<=>'[a.compare(b) + 1] : '!'
})
console.log(out.join('\n'))
