// Orders pairs of versions as golang.org/x/mod/semver does; `!` where one is not a version. The
// package is copied beside it from the toolchain's sources. Names of toolchains (`go1.21rc2`) are
// first written as the Go vulnerability database writes them (`v1.21.0-rc.2`).
package main

import (
	"bufio"
	"fmt"
	"oracle/semver"
	"os"
	"regexp"
	"strings"
)

var toolchain = regexp.MustCompile(`^go(0|[1-9][0-9]*)(\.(?:0|[1-9][0-9]*))?(\.(?:0|[1-9][0-9]*))?(?:(alpha|beta|rc)(0|[1-9][0-9]*))?$`)

func module(version string) string {
	parts := toolchain.FindStringSubmatch(version)
	if parts == nil {
		return version
	}
	for i := 2; i <= 3; i++ {
		if parts[i] == "" {
			parts[i] = ".0"
		}
	}
	pre := ""
	if parts[4] != "" {
		pre = "-" + parts[4] + "." + parts[5]
	}
	return "v" + strings.Join(parts[1:4], "") + pre
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		a, b, _ := strings.Cut(in.Text(), "\t")
		a, b = module(a), module(b)
		if semver.IsValid(a) && semver.IsValid(b) {
			order := semver.Compare(a, b)
			fmt.Fprintln(out, "<=>"[order+1:order+2])
		} else {
			fmt.Fprintln(out, "!")
		}
	}
}
