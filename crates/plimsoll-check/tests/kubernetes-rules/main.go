// Answers of Kubernetes' own libraries, a line for each line asked:
//
//	quantity TEXT   the amount in nano-units, or error
//	schedule TEXT   ok, never or error, as the API server validates a CronJob
//	name TEXT       five digits, 1 where the text may be: a subdomain, a label of a host's name,
//	                one that begins with a letter, the value of a label, the key of a label
//	apis            every API version with the lifecycle that is marked on it, and a line `end`
package main

import (
	"bufio"
	"fmt"
	"math/big"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/kubernetes/scheme"
)

func quantity(text string) string {
	read, err := resource.ParseQuantity(text)
	if err != nil {
		return "error"
	}
	dec := read.AsDec()
	amount := new(big.Int).Set(dec.UnscaledBig())
	shift := int64(9) - int64(dec.Scale())
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(max(shift, -shift)), nil)
	if shift >= 0 {
		return amount.Mul(amount, power).String()
	}
	rest := new(big.Int)
	amount.QuoRem(amount, power, rest)
	if rest.Sign() != 0 {
		return "part of a nano-unit"
	}
	return amount.String()
}

func schedule(text string) string {
	if strings.Contains(text, "TZ") {
		return "error"
	}
	read, err := cron.ParseStandard(text)
	if err != nil {
		return "error"
	}
	if read.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return "never"
	}
	return "ok"
}

func name(text string) string {
	out := ""
	for _, problems := range [][]string{
		validation.IsDNS1123Subdomain(text),
		validation.IsDNS1123Label(text),
		validation.IsDNS1035Label(text),
		validation.IsValidLabelValue(text),
		validation.IsQualifiedName(text),
	} {
		if len(problems) == 0 {
			out += "1"
		} else {
			out += "0"
		}
	}
	return out
}

type introduced interface{ APILifecycleIntroduced() (int, int) }
type deprecated interface{ APILifecycleDeprecated() (int, int) }
type removed interface{ APILifecycleRemoved() (int, int) }

func apis() []string {
	lines := []string{}
	for kind := range scheme.Scheme.AllKnownTypes() {
		object, err := scheme.Scheme.New(kind)
		if err != nil {
			panic(err)
		}
		since, old, gone := -1, 0, 0
		if marked, ok := object.(introduced); ok {
			_, since = marked.APILifecycleIntroduced()
		}
		if marked, ok := object.(deprecated); ok {
			_, old = marked.APILifecycleDeprecated()
		}
		if marked, ok := object.(removed); ok {
			_, gone = marked.APILifecycleRemoved()
		}
		lines = append(lines, fmt.Sprintf("%s|%s|%s|%d|%d|%d", kind.Group, kind.Version, kind.Kind, since, old, gone))
	}
	sort.Strings(lines)
	return lines
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		what, text, _ := strings.Cut(in.Text(), " ")
		switch what {
		case "quantity":
			fmt.Fprintln(out, quantity(text))
		case "schedule":
			fmt.Fprintln(out, schedule(text))
		case "name":
			fmt.Fprintln(out, name(text))
		case "apis":
			for _, line := range apis() {
				fmt.Fprintln(out, line)
			}
			fmt.Fprintln(out, "end")
		default:
			panic("not known: " + what)
		}
	}
}
