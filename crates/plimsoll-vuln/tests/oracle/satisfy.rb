# Whether versions satisfy requirements, as RubyGems has it; `!` where it reads one of them not.
out = STDIN.each_line(chomp: true).map do |line|
  requirement, version = line.split("\t", -1)
  next "!" unless Gem::Version.correct?(version)

  begin
    requirement = Gem::Requirement.new(requirement.split(","))
    requirement.satisfied_by?(Gem::Version.new(version)) ? "yes" : "no"
  rescue Gem::Requirement::BadRequirementError
    "!"
  end
end
puts out
