// Whether versions satisfy ranges, as `npm audit` asks `semver`; `!` where it reads one of them not,
// and `?` behind the answer where only its loose mode reads the range.
const semver = require(process.argv[2] + '/node_modules/semver')
const options = { includePrerelease: true, loose: true }
const lines = require('fs').readFileSync(0, 'utf8').replace(/\n$/, '').split('\n')
const out = lines.map(line => {
  const [range, version] = line.split('\t')
  if (semver.validRange(range, options) === null || !semver.valid(version, options)) return '!'
  const loosely = semver.validRange(range, { includePrerelease: true }) === null ? '?' : ''
  return (semver.satisfies(version, range, options) ? 'yes' : 'no') + loosely
})
console.log(out.join('\n'))
