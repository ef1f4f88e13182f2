// Whether versions lie in ranges, as Maven has it; `!` where it cannot read a range.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.apache.maven.artifact.versioning.DefaultArtifactVersion;
import org.apache.maven.artifact.versioning.InvalidVersionSpecificationException;
import org.apache.maven.artifact.versioning.VersionRange;

public class Ranges {
    public static void main(String[] arguments) throws Exception {
        StringBuilder out = new StringBuilder();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            String[] pair = line.split("\t", -1);
            try {
                VersionRange range = VersionRange.createFromVersionSpec(pair[0]);
                boolean inside = range.containsVersion(new DefaultArtifactVersion(pair[1]));
                out.append(inside ? "yes\n" : "no\n");
            } catch (InvalidVersionSpecificationException error) {
                out.append("!\n");
            }
        }
        System.out.print(out);
    }
}
