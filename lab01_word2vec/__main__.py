from lab01_word2vec.command import main

main()
