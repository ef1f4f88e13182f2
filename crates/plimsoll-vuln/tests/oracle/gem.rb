# Orders pairs of versions as RubyGems does; `!` where one is not a version.
out = STDIN.each_line(chomp: true).map do |line|
  a, b = line.split("\t", -1)
  next "!" unless Gem::Version.correct?(a) && Gem::Version.correct?(b)

  "<=>"[(Gem::Version.new(a) <=> Gem::Version.new(b)) + 1]
end
puts out
