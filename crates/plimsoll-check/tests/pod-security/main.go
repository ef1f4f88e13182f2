// Answers for pods, one JSON object a line: for each minor version of Kubernetes 1 from 0 to 36 two
// digits, baseline and restricted, 1 where the pod may run. The judge is the library that the API
// server's own admission calls.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

const newest = 36

func main() {
	judge, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		panic(err)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var pod corev1.Pod
		if err := json.Unmarshal(in.Bytes(), &pod); err != nil {
			fmt.Fprintf(out, "error %v\n", err)
			continue
		}
		for minor := 0; minor <= newest; minor++ {
			for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
				at := api.LevelVersion{Level: level, Version: api.MajorMinorVersion(1, minor)}
				allowed := 1
				for _, result := range judge.EvaluatePod(at, &pod.ObjectMeta, &pod.Spec) {
					if !result.Allowed {
						allowed = 0
					}
				}
				fmt.Fprint(out, allowed)
			}
		}
		fmt.Fprintln(out)
	}
}
