// Orders pairs of versions as github.com/knqyf263/go-apk-version does, a port of apk-tools 2; `!`
// where one is not a version there.
package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strings"

	version "github.com/knqyf263/go-apk-version"
)

// What apk-package(5) calls a version, without zeros in front of numbers.
var whole = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*[a-z]?(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)([1-9][0-9]*)?)*(-r(0|[1-9][0-9]*))?$`)

// The port puts `1.0_rc` above `1.0`, though `1.1_rc` below `1.1`: a lone zero ends a version there.
var ended = regexp.MustCompile(`\.0_(alpha|beta|pre|rc)`)

func valid(text string) bool {
	return whole.MatchString(text) && !ended.MatchString(text)
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		a, b, _ := strings.Cut(in.Text(), "\t")
		if valid(a) && valid(b) {
			order := version.Version(a).Compare(version.Version(b))
			fmt.Fprintln(out, "<=>"[order+1:order+2])
		} else {
			fmt.Fprintln(out, "!")
		}
	}
}
